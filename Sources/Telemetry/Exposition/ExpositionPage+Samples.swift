import Vocabulary

/// Which samples each family has. One case per family; a family that has nothing to say here says
/// nothing.
extension ExpositionPage {
    mutating func append(_ family: MetricFamily, _ totals: MetricTotals) {
        let cells = totals.cells
        let layout = totals.layout
        switch family {
        case MetricNames.requests: appendRequests(totals)
        case MetricNames.decisions: appendDecisions(totals)
        case MetricNames.upstreamRequests: appendUpstream(totals)
        case MetricNames.requestDuration:
            append(family, "label", totals.rowNames, totals, from: cells.requestDurations)
        case MetricNames.classifyDuration:
            let names = Source.allCases.map { "\($0.name)" }
            append(family, "source", names, totals, from: cells.classifyDurations)
        case MetricNames.upstreamConnect:
            append(family, "pool", layout.pools.map(\.name), totals, from: cells.connects)
        case MetricNames.upstreamRetries:
            for (index, pool) in layout.pools.enumerated() {
                sample(family, [("pool", pool.name)], totals[cells.retries + index])
            }
        case MetricNames.rejected:
            for (index, reason) in layout.rejectReasons.enumerated() {
                sample(family, [("reason", reason)], totals[cells.rejected + index])
            }
        case MetricNames.llmRequests:
            for (index, outcome) in layout.llmOutcomes.enumerated() {
                sample(family, [("outcome", outcome)], totals[cells.llm + index])
            }
        case MetricNames.llmDuration where layout.hasLLM:
            histogram(family, []) { totals[cells.llmDurations + $0] }
        case MetricNames.llmBytesSent where layout.hasLLM: sample(family, totals[cells.llmBytes])
        case MetricNames.llmJoined where layout.hasLLM: sample(family, totals[cells.llmJoined])
        case MetricNames.modelConfidence where layout.hasModel:
            for (row, label) in layout.labels.enumerated() {
                let start = cells.confidences + row * ShareBuckets.cells
                shares(family, [("label", label)]) { totals[start + $0] }
            }
        case MetricNames.modelUnknown where layout.hasModel:
            shares(family, []) { totals[cells.unknownShares + $0] }
        case MetricNames.bytes: appendBytes(totals)
        case MetricNames.connections: appendConnections(totals)
        case MetricNames.acceptPauses: sample(family, totals[cells.acceptPauses])
        default: break
        }
    }

    /// 501 statuses by 65 labels would be a page of zeros: only what happened is shown.
    private mutating func appendRequests(_ totals: MetricTotals) {
        for (row, label) in totals.rowNames.enumerated() {
            for column in 0..<MetricCells.statuses {
                let value = totals[totals.cells.requests + row * MetricCells.statuses + column]
                guard value > 0 else { continue }
                let status = column == 0 ? "other" : "\(column + 99)"
                sample(MetricNames.requests, [("label", label), ("status_code", status)], value)
            }
        }
    }

    private mutating func appendDecisions(_ totals: MetricTotals) {
        for (row, label) in totals.layout.labels.enumerated() {
            for source in Source.allCases {
                let cell = totals.cells.decisions + row * MetricCells.sources + Int(source.rawValue)
                sample(
                    MetricNames.decisions, [("label", label), ("source", "\(source.name)")],
                    totals[cell])
            }
        }
    }

    private mutating func appendUpstream(_ totals: MetricTotals) {
        for (index, pool) in totals.layout.pools.enumerated() {
            let first = totals.cells.firstEndpoint[index]
            for (position, url) in pool.endpoints.enumerated() {
                let row = totals.cells.endpointRow[first + position]
                guard row == first + position else { continue }  // The URL was there before.
                for outcome in UpstreamOutcome.allCases {
                    let cell = totals.cells.upstream + row * MetricCells.outcomes + Int(outcome.rawValue)
                    sample(
                        MetricNames.upstreamRequests,
                        [("pool", pool.name), ("endpoint", url), ("outcome", outcome.name)],
                        totals[cell])
                }
            }
        }
    }

    private mutating func appendBytes(_ totals: MetricTotals) {
        for side in Side.allCases {
            for direction in Direction.allCases {
                let cell = totals.cells.bytes + Int(side.rawValue) * 2 + Int(direction.rawValue)
                sample(
                    MetricNames.bytes, [("side", side.name), ("direction", direction.name)],
                    totals[cell])
            }
        }
    }

    private mutating func appendConnections(_ totals: MetricTotals) {
        for side in Side.allCases {
            for state in ConnectionState.allCases {
                let cell = totals.cells.connections + Int(side.rawValue) * 2 + Int(state.rawValue)
                sample(
                    MetricNames.connections, [("side", side.name), ("state", state.name)],
                    text: "\(Int64(bitPattern: totals[cell]))")
            }
        }
    }

    private mutating func append(
        _ family: MetricFamily, _ label: String, _ names: [String], _ totals: MetricTotals,
        from first: Int
    ) {
        for (row, name) in names.enumerated() {
            let start = first + row * HistogramBuckets.cells
            histogram(family, [(label, name)]) { totals[start + $0] }
        }
    }
}

/// What the gauges and the kernel say.
extension ExpositionPage {
    mutating func append(_ family: MetricFamily, _ gauges: Gauges, layout: MetricsLayout?) {
        switch family {
        case MetricNames.cacheHits: if let cache = gauges.cache { sample(family, cache.hits) }
        case MetricNames.cacheMisses: if let cache = gauges.cache { sample(family, cache.misses) }
        case MetricNames.cacheEvictions:
            if let cache = gauges.cache { sample(family, cache.evictions) }
        case MetricNames.cacheEntries: if let cache = gauges.cache { sample(family, cache.entries) }
        case MetricNames.modelInfo: if let model = gauges.model { sample(family, model.info, 1) }
        case MetricNames.modelTrainingMix:
            for (label, share) in gauges.model?.trainingMix ?? [] {
                let millionths = UInt64(min(max(share, 0), 1) * 1_000_000 + 0.5)
                sample(family, [("label", label)], text: Self.decimal(millionths, places: 6))
            }
        case MetricNames.endpointAvailable:
            if let layout { appendAvailability(gauges.available, layout.pools) }
        case MetricNames.accessLogDropped: sample(family, gauges.accessLogDropped)
        case MetricNames.journalRecords: if let journal = gauges.journal { sample(family, journal.records) }
        case MetricNames.journalDropped: if let journal = gauges.journal { sample(family, journal.dropped) }
        case MetricNames.shadowDropped: if let shadow = gauges.shadow { sample(family, shadow.dropped) }
        case MetricNames.shadowDecisions: if let shadow = gauges.shadow { append(family, shadow) }
        case MetricNames.eventsDropped: sample(family, gauges.eventsDropped)
        case MetricNames.configReloads:
            sample(family, [("result", "success")], gauges.reloadsSucceeded)
            sample(family, [("result", "failure")], gauges.reloadsFailed)
        case MetricNames.build: sample(family, gauges.build, 1)
        default: if let llm = gauges.llm { append(family, llm) }
        }
    }

    private mutating func append(_ family: MetricFamily, _ shadow: Gauges.Shadow) {
        for (label, row) in zip(shadow.labels, shadow.decisions) {
            for (other, count) in zip(shadow.labels, row) {
                sample(family, [("label", label), ("shadow_label", other)], count)
            }
        }
    }

    private mutating func append(_ family: MetricFamily, _ llm: Gauges.LLM) {
        switch family {
        case MetricNames.llmQueueDepth: sample(family, llm.queueDepth)
        case MetricNames.llmInFlight: sample(family, llm.inFlight)
        case MetricNames.llmReady: sample(family, llm.isReady ? 1 : 0)
        case MetricNames.llmBreakerState:
            for state in llm.breakerStates {
                sample(family, [("state", state)], state == llm.breakerState ? 1 : 0)
            }
        case MetricNames.shapeCacheHits: sample(family, llm.shapes.hits)
        case MetricNames.shapeCacheMisses: sample(family, llm.shapes.misses)
        case MetricNames.shapeCacheEntries: sample(family, llm.shapes.entries)
        default: break
        }
    }

    /// A URL that stands in a pool more than once is one series, available if one of them is.
    private mutating func appendAvailability(
        _ available: [[Bool]], _ pools: [MetricsLayout.Pool]
    ) {
        for (pool, states) in zip(pools, available) {
            for (index, url) in pool.endpoints.enumerated()
            where index < states.count && pool.endpoints.firstIndex(of: url) == index {
                let isAvailable = zip(pool.endpoints, states).contains { $0 == url && $1 }
                sample(
                    MetricNames.endpointAvailable, [("pool", pool.name), ("endpoint", url)],
                    isAvailable ? 1 : 0)
            }
        }
    }

    mutating func append(_ family: MetricFamily, _ process: ProcessStatistics) {
        switch family {
        case MetricNames.processCPU: seconds(family, process.cpuNanoseconds, places: 9)
        case MetricNames.processStartTime: seconds(family, process.startMilliseconds, places: 3)
        case MetricNames.processVirtualMemory: whole(family, process.virtualBytes)
        case MetricNames.processResidentMemory: whole(family, process.residentBytes)
        case MetricNames.processOpenDescriptors: whole(family, process.openDescriptors)
        case MetricNames.processMaxDescriptors: whole(family, process.maxDescriptors)
        default: break
        }
    }

    private mutating func whole(_ family: MetricFamily, _ value: UInt64?) {
        if let value { sample(family, value) }
    }

    private mutating func seconds(_ family: MetricFamily, _ value: UInt64?, places: Int) {
        if let value { sample(family, text: Self.decimal(value, places: places)) }
    }
}
