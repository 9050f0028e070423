/// The label sets of one configuration, from which the metric tables get their shape. It names
/// things; it counts nothing.
package struct MetricsLayout: Sendable, Equatable {
    package struct Pool: Sendable, Equatable {
        package let name: String
        package let endpoints: [String]

        package init(name: String, endpoints: [String]) {
            self.name = name
            self.endpoints = endpoints
        }
    }

    /// What `slb_requests_total` says of a reply that was made before a verdict.
    package static let unlabelled = "none"

    package let labels: [String]
    package let pools: [Pool]
    package let rejectReasons: [String]
    package let llmOutcomes: [String]

    package init(
        labels: [String], pools: [Pool], rejectReasons: [String], llmOutcomes: [String] = []
    ) {
        self.labels = labels
        self.pools = pools
        self.rejectReasons = rejectReasons
        self.llmOutcomes = llmOutcomes
    }
}

/// How an attempt at an endpoint ended. The raw value indexes metric tables.
package enum UpstreamOutcome: UInt8, CaseIterable, Sendable {
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

    package var name: String {
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
package enum Side: UInt8, CaseIterable, Sendable {
    case downstream, upstream

    package var name: String {
        switch self {
        case .downstream: "downstream"
        case .upstream: "upstream"
        }
    }
}

/// As seen from slb: what it received and what it sent.
package enum Direction: UInt8, CaseIterable, Sendable {
    case received, sent

    package var name: String {
        switch self {
        case .received: "received"
        case .sent: "sent"
        }
    }
}

/// Whether an exchange is running on a connection.
package enum ConnectionState: UInt8, CaseIterable, Sendable {
    case active, idle

    package var name: String {
        switch self {
        case .active: "active"
        case .idle: "idle"
        }
    }
}
