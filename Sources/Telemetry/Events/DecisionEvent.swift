import Vocabulary

/// One decision as the event stream tells it, of fixed size and without text: names are looked up
/// when somebody reads it. It holds nothing of the request's content.
public struct DecisionEvent: Sendable, Equatable {
    /// 128 bits that name the exchange; shown as 32 hexadecimal digits.
    public var id: (high: UInt64, low: UInt64)
    /// Time of day, in nanoseconds since the epoch.
    public var time: Int64
    public var verdict: Verdict
    public var classifyLatency: Interval
    public var totalLatency: Interval
    /// Indices into the layout; `nil` if no endpoint was chosen.
    public var upstream: (pool: UInt16, endpoint: UInt16)?
    public var status: UInt16

    public init(
        id: (high: UInt64, low: UInt64), time: Int64, verdict: Verdict,
        classifyLatency: Interval, totalLatency: Interval,
        upstream: (pool: UInt16, endpoint: UInt16)?, status: UInt16
    ) {
        self.id = id
        self.time = time
        self.verdict = verdict
        self.classifyLatency = classifyLatency
        self.totalLatency = totalLatency
        self.upstream = upstream
        self.status = status
    }

    public static func == (left: DecisionEvent, right: DecisionEvent) -> Bool {
        left.id == right.id && left.time == right.time && left.verdict == right.verdict
            && left.classifyLatency == right.classifyLatency
            && left.totalLatency == right.totalLatency && left.status == right.status
            && left.upstream?.pool == right.upstream?.pool
            && left.upstream?.endpoint == right.upstream?.endpoint
    }
}
