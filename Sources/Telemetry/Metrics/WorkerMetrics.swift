import Vocabulary

/// What one worker has counted. That worker alone writes; the admin thread reads whenever it likes.
/// It must never allocate, lock or name anything after `init`.
public final class WorkerMetrics: Sendable {
    public let layout: MetricsLayout
    @usableFromInline let cells: MetricCells
    @usableFromInline let table: CounterTable

    public init(layout: MetricsLayout) {
        self.layout = layout
        cells = MetricCells(layout)
        table = CounterTable(count: cells.count)
    }

    /// One answered request. Without a label the reply was made before a verdict; a status outside
    /// 100...599 counts as `other`.
    @inlinable
    public func request(label: Label?, status: Int, duration: Interval) {
        let row = label.map(row(of:)) ?? cells.unlabelled
        let column = status >= 100 && status <= 599 ? status &- 99 : 0
        table.add(1, at: cells.requests &+ row &* MetricCells.statuses &+ column)
        observe(duration, at: cells.requestDurations, row: row)
    }

    @inlinable
    public func decision(_ verdict: Verdict, took: Interval) {
        let source = Int(verdict.source.rawValue)
        table.add(1, at: cells.decisions &+ row(of: verdict.label) &* MetricCells.sources &+ source)
        observe(took, at: cells.classifyDurations, row: source)
    }

    /// One attempt at an endpoint.
    @inlinable
    public func upstream(pool: Int, endpoint: Int, outcome: UpstreamOutcome) {
        let row = cells.endpoint(endpoint, of: pool)
        table.add(1, at: cells.upstream &+ row &* MetricCells.outcomes &+ Int(outcome.rawValue))
    }

    /// A connection to an endpoint was opened.
    @inlinable
    public func connected(pool: Int, took: Interval) {
        precondition(pool >= 0 && pool < cells.pools, "no such pool")
        observe(took, at: cells.connects, row: pool)
    }

    /// A failed attempt is followed by another.
    @inlinable
    public func retried(pool: Int) {
        precondition(pool >= 0 && pool < cells.pools, "no such pool")
        table.add(1, at: cells.retries &+ pool)
    }

    /// `reason` indexes the layout's `rejectReasons`.
    @inlinable
    public func rejected(_ reason: Int) {
        precondition(reason >= 0 && reason < cells.reasons, "no such reason")
        table.add(1, at: cells.rejected &+ reason)
    }

    /// `outcome` indexes the layout's `llmOutcomes`.
    @inlinable
    public func llmRequest(outcome: Int) {
        precondition(outcome >= 0 && outcome < cells.llmOutcomes, "no such outcome")
        table.add(1, at: cells.llm &+ outcome)
    }

    /// A question to the language model has ended, from being asked to its answer.
    @inlinable
    public func llmAnswered(outcome: Int, took: Interval) {
        llmRequest(outcome: outcome)
        observe(took, at: cells.llmDurations, row: 0)
    }

    /// A question found the same one open and shares its answer.
    @inlinable
    public func llmJoined() {
        table.add(1, at: cells.llmJoined)
    }

    /// Bytes of questions that went out.
    @inlinable
    public func llmSent(_ count: UInt64) {
        table.add(count, at: cells.llmBytes)
    }

    /// What the model in the process thinks of one request, whether that decided or not.
    @inlinable
    public func guess(label: Label, confidence: Float, unknownShare: Float) {
        observe(share: confidence, at: cells.confidences, row: row(of: label))
        observe(share: unknownShare, at: cells.unknownShares, row: 0)
    }

    @inlinable
    public func bytes(side: Side, direction: Direction, _ count: Int) {
        precondition(count >= 0, "bytes are never taken back")
        table.add(
            UInt64(count), at: cells.bytes &+ Int(side.rawValue) &* 2 &+ Int(direction.rawValue))
    }

    /// A gauge: the deltas of one connection's life add up to zero.
    @inlinable
    public func connection(side: Side, state: ConnectionState, _ delta: Int) {
        table.add(
            UInt64(bitPattern: Int64(delta)),
            at: cells.connections &+ Int(side.rawValue) &* 2 &+ Int(state.rawValue))
    }

    /// The worker stopped accepting at a limit.
    @inlinable
    public func acceptPaused() {
        table.add(1, at: cells.acceptPauses)
    }

    @inlinable
    func row(of label: Label) -> Int {
        let row = Int(label.index)
        precondition(row < cells.labels, "no such label")
        return row
    }

    /// A duration below zero is a clock's fault and counts as zero.
    @inlinable
    func observe(_ duration: Interval, at first: Int, row: Int) {
        let nanoseconds = UInt64(max(duration.nanoseconds, 0))
        let histogram = first &+ row &* HistogramBuckets.cells
        table.add(1, at: histogram &+ HistogramBuckets.index(of: nanoseconds))
        table.add(nanoseconds, at: histogram &+ HistogramBuckets.sumCell)
    }

    @inlinable
    func observe(share: Float, at first: Int, row: Int) {
        let millionths = ShareBuckets.millionths(share)
        let histogram = first &+ row &* ShareBuckets.cells
        table.add(1, at: histogram &+ ShareBuckets.index(of: millionths))
        table.add(millionths, at: histogram &+ ShareBuckets.sumCell)
    }
}
