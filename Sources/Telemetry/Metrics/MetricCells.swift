/// Where in a worker's table each series lives. Pure arithmetic over a layout; two workers with the
/// same layout have the same cells, which is what makes summing them a loop.
@usableFromInline
struct MetricCells: Sendable {
    /// 100...599, and one in front for everything else.
    @usableFromInline static let statuses = 501
    @usableFromInline static let sources = 5
    @usableFromInline static let outcomes = 7

    /// Labels, and one more for requests without a verdict.
    @usableFromInline let labels: Int
    /// Which row requests without a verdict are counted in.
    @usableFromInline let unlabelled: Int
    @usableFromInline let requests: Int
    @usableFromInline let requestDurations: Int
    @usableFromInline let decisions: Int
    @usableFromInline let classifyDurations: Int
    @usableFromInline let upstream: Int
    @usableFromInline let connects: Int
    @usableFromInline let retries: Int
    @usableFromInline let rejected: Int
    @usableFromInline let llm: Int
    @usableFromInline let llmDurations: Int
    @usableFromInline let llmBytes: Int
    @usableFromInline let llmJoined: Int
    @usableFromInline let confidences: Int
    @usableFromInline let unknownShares: Int
    @usableFromInline let bytes: Int
    @usableFromInline let connections: Int
    @usableFromInline let acceptPauses: Int
    @usableFromInline let count: Int
    @usableFromInline let pools: Int
    @usableFromInline let reasons: Int
    @usableFromInline let llmOutcomes: Int
    /// Per pool, where its endpoints start in `endpointRow`; one more for the end.
    @usableFromInline let firstEndpoint: [Int]
    /// The row of each endpoint. The same URL twice in a pool is one series, so one row.
    @usableFromInline let endpointRow: [Int]

    init(_ layout: MetricsLayout) {
        (firstEndpoint, endpointRow) = Self.endpoints(of: layout.pools)
        pools = layout.pools.count
        reasons = layout.rejectReasons.count
        llmOutcomes = layout.llmOutcomes.count
        labels = layout.labels.count
        // A configured label may bear the name; then it is the same series.
        unlabelled = layout.labels.firstIndex(of: MetricsLayout.unlabelled) ?? labels
        var next = 0
        func take(_ cells: Int) -> Int {
            defer { next += cells }
            return next
        }
        requests = take((labels + 1) * Self.statuses)
        requestDurations = take((labels + 1) * HistogramBuckets.cells)
        decisions = take(labels * Self.sources)
        classifyDurations = take(Self.sources * HistogramBuckets.cells)
        upstream = take(endpointRow.count * Self.outcomes)
        connects = take(pools * HistogramBuckets.cells)
        retries = take(pools)
        rejected = take(reasons)
        llm = take(llmOutcomes)
        llmDurations = take(HistogramBuckets.cells)
        llmBytes = take(1)
        llmJoined = take(1)
        confidences = take(labels * ShareBuckets.cells)
        unknownShares = take(ShareBuckets.cells)
        bytes = take(4)
        connections = take(4)
        acceptPauses = take(1)
        count = next
    }

    private static func endpoints(of pools: [MetricsLayout.Pool]) -> (first: [Int], row: [Int]) {
        var first: [Int] = []
        var row: [Int] = []
        for pool in pools {
            let start = row.count
            first.append(start)
            for (index, url) in pool.endpoints.enumerated() {
                row.append(start + (pool.endpoints.firstIndex(of: url) ?? index))
            }
        }
        first.append(row.count)
        return (first, row)
    }

    @inlinable
    func endpoint(_ endpoint: Int, of pool: Int) -> Int {
        precondition(pool >= 0 && pool < pools, "no such pool")
        let position = firstEndpoint[pool] &+ endpoint
        precondition(endpoint >= 0 && position < firstEndpoint[pool &+ 1], "no such endpoint")
        return endpointRow[position]
    }
}
