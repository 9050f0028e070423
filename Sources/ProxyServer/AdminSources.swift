/// What the admin interface shows, as questions it may ask at any time from its own thread. It knows
/// where the answers come from in the running proxy; tests put their own in.

import Classifier
import HTTPService
import LLMClient
import Reactor
import Synchronization
import Telemetry
import Upstream
import Vocabulary

package struct AdminSources: Sendable {
    package var metrics: @Sendable (Exposition.Format) -> [UInt8]
    /// What keeps the proxy from serving; empty when nothing does.
    package var problems: @Sendable () -> [String]
    package var classify: @Sendable (AdminClassification) -> [UInt8]
    package var pools: @Sendable () -> [UInt8]
    package var config: [UInt8]
    package var events: EventRing
    package var layout: MetricsLayout

    package init(
        metrics: @escaping @Sendable (Exposition.Format) -> [UInt8],
        problems: @escaping @Sendable () -> [String],
        classify: @escaping @Sendable (AdminClassification) -> [UInt8],
        pools: @escaping @Sendable () -> [UInt8], config: [UInt8], events: EventRing,
        layout: MetricsLayout
    ) {
        self.metrics = metrics
        self.problems = problems
        self.classify = classify
        self.pools = pools
        self.config = config
        self.events = events
        self.layout = layout
    }
}

extension AdminSources {
    init(shared: Shared, configText: String) {
        self.init(
            metrics: { Exposition.render(format: $0, workers: shared.metrics, gauges: shared.gauges) },
            problems: { shared.problems },
            classify: { $0.answer(from: shared.cascade) },
            pools: { shared.poolsJSON },
            config: Array(configText.utf8), events: shared.events, layout: shared.layout)
    }
}

extension Shared {
    var gauges: Gauges {
        var gauges = Gauges()
        gauges.build = [("version", Release.version)]
        let statistics = cascade.cacheStatistics
        var cache = Gauges.Cache()
        cache.hits = statistics.hits
        cache.misses = statistics.misses
        cache.evictions = statistics.evictions
        cache.entries = UInt64(statistics.entries)
        gauges.cache = cache
        gauges.llm = llm.map(gauge)
        gauges.model = cascade.model.map(gauge)
        let now = Clock.now
        gauges.available = pools.map { $0.endpoints.map { $0.isAvailable(at: now) } }
        gauges.accessLogDropped = accessLog?.dropped ?? 0
        gauges.journal = journal.map(gauge)
        gauges.shadow = shadow?.gauge
        gauges.eventsDropped = events.dropped
        gauges.process = .read()
        return gauges
    }

    private func gauge(_ board: LLMBoard) -> Gauges.LLM {
        var gauge = Gauges.LLM()
        gauge.queueDepth = UInt64(board.queueDepth)
        gauge.inFlight = UInt64(board.questionsInFlight)
        gauge.isReady = board.readiness == .ready
        gauge.breakerStates = LLMBreakerState.allCases.map(\.name)
        gauge.breakerState = board.breaker.name
        if let statistics = cascade.shapeStatistics {
            gauge.shapes.hits = statistics.hits
            gauge.shapes.misses = statistics.misses
            gauge.shapes.entries = UInt64(statistics.entries)
        }
        return gauge
    }

    private func gauge(_ journal: JournalWriter) -> Gauges.Journal {
        var gauge = Gauges.Journal()
        gauge.records = journal.records
        gauge.dropped = journal.dropped
        return gauge
    }

    private func gauge(_ model: Model) -> Gauges.Model {
        var gauge = Gauges.Model()
        let path = if case .file(let path) = options.classifier.model.source { path } else { "builtin" }
        gauge.info = [("digest", model.digest), ("path", path)]
        gauge.trainingMix = zip(model.facts.labels, model.facts.mix).map { (label: $0, share: $1) }
        return gauge
    }

    /// How long `/ready` waits for one endpoint. A pool that is up answers at once.
    private static let probePatience = Interval.milliseconds(250)

    /// The listeners are up before the admin side starts. A pool is usable if an endpoint takes a
    /// connection now: before the first request nothing else is known of it.
    var problems: [String] {
        pools.indices.filter { !isUsable($0) }
            .map { "pool \(pools[$0].options.name) has no usable endpoint" }
    }

    private func isUsable(_ pool: Int) -> Bool {
        pools[pool].endpoints.indices.contains { endpoint in
            addresses.withLock { $0.of(pool: UInt8(pool), endpoint: UInt8(endpoint)) }
                .contains { Socket.isReachable($0, patience: Self.probePatience) }
        }
    }

    var poolsJSON: [UInt8] {
        let now = Clock.now
        var text = Array("{\"pools\":[".utf8)
        for (index, pool) in pools.enumerated() {
            if index > 0 { text += ",".utf8 }
            text += "{\"name\":".utf8
            JSONText.append(pool.options.name, to: &text)
            text += ",\"labels\":".utf8
            append(labelsOf: index, to: &text)
            text += ",\"balancing\":\"\(pool.options.balancing.rawValue)\",\"endpoints\":[".utf8
            for (number, endpoint) in pool.endpoints.enumerated() {
                text += number > 0 ? ",{\"url\":".utf8 : "{\"url\":".utf8
                JSONText.append(endpoint.options.url, to: &text)
                text += ",\"available\":\(endpoint.isAvailable(at: now))}".utf8
            }
            text += "]}".utf8
        }
        text += "]}\n".utf8
        return text
    }

    private func append(labelsOf pool: Int, to text: inout [UInt8]) {
        text += "[".utf8
        var isFirst = true
        for (label, index) in poolOfLabel.enumerated() where Int(index) == pool {
            if !isFirst { text += ",".utf8 }
            isFirst = false
            JSONText.append(options.classifier.labels[label], to: &text)
        }
        text += "]".utf8
    }
}
