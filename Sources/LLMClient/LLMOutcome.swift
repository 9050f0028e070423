/// What can become of a question. The names are the values of the metric's label `outcome`; the raw
/// value indexes metric tables.

import Vocabulary

package enum LLMOutcome: UInt8, CaseIterable, Sendable {
    /// A label with a confidence.
    case ok
    /// The deadline passed, in the queue or at the server.
    case timeout
    /// No connection: refused, unreachable, no such name.
    case connectError
    /// No trust: certificate or handshake.
    case tlsError
    /// The server closed before its reply was whole.
    case closed
    /// A status that is neither 200 nor one of those below.
    case httpError
    /// 503 or 429: the server's own queue is full.
    case busy
    /// The server does not have the model.
    case modelMissing
    /// The reply is longer than `LLMOptions.responseBytes`.
    case tooLarge
    /// A reply in which no label can be found.
    case malformed
    /// A reply with a label that is not configured.
    case wrongLabel
    /// Given up because slb stops.
    case cancelled
    case queueFull
    case breakerOpen
    case notReady

    package var name: String {
        switch self {
        case .ok: "ok"
        case .timeout: "timeout"
        case .connectError: "connect_error"
        case .tlsError: "tls_error"
        case .closed: "closed"
        case .httpError: "http_error"
        case .busy: "busy"
        case .modelMissing: "model_missing"
        case .tooLarge: "too_large"
        case .malformed: "malformed"
        case .wrongLabel: "wrong_label"
        case .cancelled: "cancelled"
        case .queueFull: "queue_full"
        case .breakerOpen: "breaker_open"
        case .notReady: "not_ready"
        }
    }

    /// For `MetricsLayout.llmOutcomes`, in the order of the raw values.
    package static let names = allCases.map(\.name)
}

/// What `LLMDesk.ask` says at once.
package enum LLMReception: Sendable, Equatable {
    /// An answer with this key will come.
    case accepted
    /// The same question is open already; its answer is this one's too.
    case joined
    /// No answer will come: `queueFull`, `breakerOpen` or `notReady`.
    case refused(LLMOutcome)
}

/// The end of an accepted question. There is exactly one for each.
package struct LLMAnswer: Sendable, Equatable {
    package var key: CacheKey
    package var outcome: LLMOutcome
    /// Only with `ok`: an index into the labels the desk was made with.
    package var label: Label?
    /// In 0...1; zero without a label.
    package var confidence: Float
    /// From `ask` to the end, the queue included.
    package var duration: Interval
}

/// Whether questions are let through.
package enum LLMBreakerState: UInt8, CaseIterable, Sendable {
    case admitting, ejected, probing

    package var name: String {
        switch self {
        case .admitting: "admitting"
        case .ejected: "ejected"
        case .probing: "probing"
        }
    }
}

/// What is known of the server and its model. Questions are taken in `ready` only.
package enum LLMReadiness: UInt8, CaseIterable, Sendable {
    /// Nothing is known yet.
    case starting
    /// The server is there and loads the model.
    case loading
    case ready
    /// The server has put the model out of memory; the next question has it loaded again.
    case resting
    case unreachable
    case modelMissing

    package var name: String {
        switch self {
        case .starting: "starting"
        case .loading: "loading"
        case .ready: "ready"
        case .resting: "resting"
        case .unreachable: "unreachable"
        case .modelMissing: "model_missing"
        }
    }
}

/// Something an operator wants to read in the log, once for each change.
package struct LLMNotice: Sendable, Equatable {
    package var isWarning: Bool
    package var text: String
}
