/// The label sets of one configuration, from which the metric tables get their shape. It names
/// things; it counts nothing.
public struct MetricsLayout: Sendable, Equatable {
    public struct Pool: Sendable, Equatable {
        public let name: String
        public let endpoints: [String]

        public init(name: String, endpoints: [String]) {
            self.name = name
            self.endpoints = endpoints
        }
    }

    /// What `slb_requests_total` says of a reply that was made before a verdict.
    public static let unlabelled = "none"

    public let labels: [String]
    public let pools: [Pool]
    public let rejectReasons: [String]
    /// Empty without a language model, whose series are then left out.
    public let llmOutcomes: [String]
    /// Whether there is a model in the process.
    public let hasModel: Bool

    public var hasLLM: Bool { !llmOutcomes.isEmpty }

    public init(
        labels: [String], pools: [Pool], rejectReasons: [String], llmOutcomes: [String] = [],
        hasModel: Bool = false
    ) {
        self.labels = labels
        self.pools = pools
        self.rejectReasons = rejectReasons
        self.llmOutcomes = llmOutcomes
        self.hasModel = hasModel
    }
}

/// How an attempt at an endpoint ended. The raw value indexes metric tables.
public enum UpstreamOutcome: UInt8, CaseIterable, Sendable {
    /// A whole answer with a status below 500.
    case ok
    /// A whole answer with a status of 500 or above.
    case serverError
    case connectFailure
    case timeout
    /// The endpoint closed or reset the connection before its answer was whole.
    case reset
    /// The answer was not HTTP as we accept it.
    case malformed
    /// The client went away first.
    case aborted

    public var name: String {
        switch self {
        case .ok: "success"
        case .serverError: "error"
        case .connectFailure: "connect_failure"
        case .timeout: "timeout"
        case .reset: "reset"
        case .malformed: "malformed"
        case .aborted: "aborted"
        }
    }
}

/// Which of slb's two sides a connection is on.
public enum Side: UInt8, CaseIterable, Sendable {
    case downstream, upstream

    public var name: String {
        switch self {
        case .downstream: "downstream"
        case .upstream: "upstream"
        }
    }
}

/// As seen from slb: what it received and what it sent.
public enum Direction: UInt8, CaseIterable, Sendable {
    case received, sent

    public var name: String {
        switch self {
        case .received: "received"
        case .sent: "sent"
        }
    }
}

/// Whether an exchange is running on a connection.
public enum ConnectionState: UInt8, CaseIterable, Sendable {
    case active, idle

    public var name: String {
        switch self {
        case .active: "active"
        case .idle: "idle"
        }
    }
}
