/// What the desk has counted since its start, for metrics. The desk's thread owns it; others get copies.

package struct LLMCounters: Sendable, Equatable {
    /// Ends of questions, refusals included, by `LLMOutcome.rawValue`.
    package private(set) var outcomes = [UInt64](repeating: 0, count: LLMOutcome.allCases.count)
    /// Questions that found the same one open.
    package var joined: UInt64 = 0
    /// Bytes of questions that went to the server (request bodies, cut short ones as far as they went).
    package var bytesSent: UInt64 = 0
    package var queued = 0
    package var inFlight = 0

    package subscript(outcome: LLMOutcome) -> UInt64 { outcomes[Int(outcome.rawValue)] }

    mutating func count(_ outcome: LLMOutcome) { outcomes[Int(outcome.rawValue)] &+= 1 }
}
