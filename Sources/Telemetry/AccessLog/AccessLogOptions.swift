/// `access_log:` in the configuration, as plain values.

package struct AccessLogOptions: Sendable, Equatable {
    package enum Format: String, CaseIterable, Sendable { case json, combined }

    package enum Destination: Sendable, Equatable {
        case off
        case stdout
        /// Reopened on SIGUSR1.
        case file(String)
    }

    package var destination = Destination.off
    package var format = Format.json

    package init() {}
}
