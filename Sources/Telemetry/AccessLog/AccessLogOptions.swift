/// `access_log:` in the configuration, as plain values.

public struct AccessLogOptions: Sendable, Equatable {
    public enum Format: String, CaseIterable, Sendable { case json, combined }

    public enum Destination: Sendable, Equatable {
        case off
        case stdout
        /// Reopened on SIGUSR1.
        case file(String)
    }

    public var destination = Destination.off
    public var format = Format.json

    public init() {}
}
