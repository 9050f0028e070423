import Vocabulary

/// The metrics page: all workers' tables summed, with the gauges, in one of two text formats. It runs
/// on the admin thread and may allocate; it must never write to a worker's table.
public enum Exposition {
    public enum Format: Sendable, Equatable, CaseIterable {
        case prometheus, openMetrics

        public var contentType: StaticString {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    /// All workers have the same layout; with none, only what the gauges say has samples.
    public static func render(
        format: Format, workers: [WorkerMetrics], gauges: Gauges
    ) -> [UInt8] {
        var page = ExpositionPage(format: format)
        if let layout = workers.first?.layout {
            precondition(workers.allSatisfy { $0.layout == layout }, "workers of one layout")
        }
        let totals = MetricTotals(workers)
        for family in MetricNames.all {
            page.begin(family)
            if let totals { page.append(family, totals) }
            page.append(family, gauges, layout: totals?.layout)
            if let process = gauges.process { page.append(family, process) }
        }
        page.finish()
        return page.bytes
    }
}

/// All workers' cells added up.
struct MetricTotals {
    let layout: MetricsLayout
    let cells: MetricCells
    private let sums: [UInt64]

    init?(_ workers: [WorkerMetrics]) {
        guard let first = workers.first else { return nil }
        layout = first.layout
        cells = first.cells
        var sums = [UInt64](repeating: 0, count: first.cells.count)
        for worker in workers {
            for index in sums.indices { sums[index] &+= worker.table.value(at: index) }
        }
        self.sums = sums
    }

    subscript(index: Int) -> UInt64 { sums[index] }

    /// Requests without a verdict have a row of their own, unless a label bears that name.
    var rowNames: [String] {
        cells.unlabelled < layout.labels.count
            ? layout.labels : layout.labels + [MetricsLayout.unlabelled]
    }
}
