/// Which slb this is: the one place where the version stands.

public enum Release {
    public static let version = "0.1.0"
}
