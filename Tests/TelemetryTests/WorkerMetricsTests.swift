import Testing
import Vocabulary

@testable import Telemetry

@Suite struct WorkerMetricsTests {
    private let layout = MetricsLayout(
        labels: ["a", "b"],
        pools: [
            .init(name: "p", endpoints: ["http://1", "http://2", "http://1"]),
            .init(name: "q", endpoints: ["http://3"]),
        ], rejectReasons: ["malformed", "too_large"], llmOutcomes: ["ok"])

    @Test(arguments: [
        (0, 0), (1, 0), (50_000, 0), (50_001, 1), (100_000, 1), (1_000_000, 4), (1_000_001, 5),
        (2_500_000, 5), (100_000_000, 10), (100_000_001, 11), (250_000_001, 12),
        (10_000_000_000, 16), (10_000_000_001, 17), (UInt64.max, 17),
    ]) func bucketEdges(nanoseconds: UInt64, bucket: Int) {
        #expect(HistogramBuckets.index(of: nanoseconds) == bucket)
    }

    @Test func bucketsAreOneTable() {
        #expect(HistogramBuckets.names.count == HistogramBuckets.bounds.count + 1)
        #expect(HistogramBuckets.sumCell == HistogramBuckets.names.count)
        #expect(HistogramBuckets.cells == HistogramBuckets.sumCell + 1)
        for (bound, name) in zip(HistogramBuckets.bounds, HistogramBuckets.names) {
            #expect(Double(name) == Double(bound) / 1e9)
            #expect(HistogramBuckets.index(of: bound) + 1 == HistogramBuckets.index(of: bound + 1))
        }
        #expect(HistogramBuckets.bounds.first == 50_000)
    }

    @Test(arguments: [
        (Float(0), 0), (0.1, 0), (0.11, 1), (0.9, 8), (0.95, 9), (0.951, 10), (0.99, 10), (1, 11), (2, 11),
        (-1, 0), (.nan, 0), (.infinity, 11),
    ]) func shareEdges(share: Float, bucket: Int) {
        #expect(ShareBuckets.index(of: ShareBuckets.millionths(share)) == bucket)
    }

    @Test func shareBucketsAreOneTable() {
        #expect(ShareBuckets.names.count == ShareBuckets.bounds.count + 1)
        #expect(ShareBuckets.sumCell == ShareBuckets.names.count)
        #expect(ShareBuckets.cells == ShareBuckets.sumCell + 1)
        for (bound, name) in zip(ShareBuckets.bounds, ShareBuckets.names) {
            #expect(Double(name) == Double(bound) / 1e6)
        }
    }

    @Test func cellsFollowTheWords() {
        #expect(MetricCells.sources == Source.allCases.count)
        #expect(MetricCells.outcomes == UpstreamOutcome.allCases.count)
    }

    @Test func everyCellIsItsOwn() {
        let metrics = WorkerMetrics(layout: layout)
        metrics.acceptPaused()
        metrics.rejected(1)
        metrics.llmRequest(outcome: 0)
        metrics.llmJoined()
        metrics.llmSent(17)
        metrics.guess(label: Label(index: 1), confidence: 0.000001, unknownShare: 0)
        metrics.retried(pool: 1)
        metrics.bytes(side: .upstream, direction: .sent, 17)
        metrics.connection(side: .upstream, state: .idle, 1)
        metrics.upstream(pool: 1, endpoint: 0, outcome: .aborted)
        metrics.request(label: Label(index: 1), status: 599, duration: .zero)
        let values = (0..<metrics.cells.count).map { metrics.table.value(at: $0) }
        // The request is a count and a bucket, the guess a bucket, its sum and a bucket; nothing fell on
        // another.
        #expect(values.filter { $0 == 1 }.count == 12)
        #expect(values.filter { $0 == 17 }.count == 2)
        #expect(values.filter { $0 != 0 }.count == 14)
        #expect(metrics.table.value(at: metrics.cells.acceptPauses) == 1)
    }

    @Test func theSameEndpointTwiceIsOneRow() {
        let cells = MetricCells(layout)
        #expect(cells.endpoint(0, of: 0) == cells.endpoint(2, of: 0))
        #expect(cells.endpoint(0, of: 0) != cells.endpoint(1, of: 0))
        #expect(cells.endpoint(0, of: 1) == 3)
    }

    @Test func aNegativeDurationCountsAsZero() {
        let metrics = WorkerMetrics(layout: layout)
        metrics.request(label: nil, status: 200, duration: Interval(nanoseconds: -5))
        let first = metrics.cells.requestDurations + 2 * HistogramBuckets.cells
        #expect(metrics.table.value(at: first) == 1)
        #expect(metrics.table.value(at: first + HistogramBuckets.sumCell) == 0)
    }

    @Test func writersAndAReaderAgreeInTheEnd() async {
        let workers = (0..<3).map { _ in WorkerMetrics(layout: layout) }
        let rounds = 20_000
        await withTaskGroup(of: Void.self) { group in
            for worker in workers {
                group.addTask {
                    for round in 0..<rounds {
                        worker.request(
                            label: Label(index: UInt8(round % 2)), status: 200,
                            duration: Interval(nanoseconds: 1000))
                    }
                }
            }
            group.addTask {
                var last: UInt64 = 0
                for _ in 0..<50 {
                    guard let totals = MetricTotals(workers) else { return }
                    let seen = totals[totals.cells.requests + 101]
                    #expect(seen >= last && seen <= UInt64(3 * rounds))
                    last = seen
                }
            }
        }
        let totals = MetricTotals(workers)
        #expect(totals.map { $0[$0.cells.requests + 101] } == UInt64(3 * rounds / 2))
        #expect(totals.map { $0[$0.cells.requestDurations + 18] } == UInt64(3 * rounds / 2 * 1000))
    }
}
