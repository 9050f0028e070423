/// Which slb this is: the one place where the version stands.

package enum Release {
    package static let version = "0.1.0"
}
