import Testing
import Vocabulary

@testable import Telemetry

@Suite struct ExpositionTests {
    private static let layout = MetricsLayout(
        labels: ["fast", "odd\"\\\nname"],
        pools: [.init(name: "p", endpoints: ["http://1", "http://1", "http://2"])],
        rejectReasons: ["malformed"], llmOutcomes: ["ok"])

    private func page(
        _ format: Exposition.Format = .prometheus, layout: MetricsLayout = Self.layout,
        gauges: Gauges = Gauges(), _ count: ([WorkerMetrics]) -> Void = { _ in }
    ) -> String {
        let workers = [WorkerMetrics(layout: layout), WorkerMetrics(layout: layout)]
        count(workers)
        return text(Exposition.render(format: format, workers: workers, gauges: gauges))
    }

    /// The lines of one family, header included.
    private func lines(_ page: String, _ family: String) -> [String] {
        page.split(separator: "\n").map(String.init).filter { line in
            let words = line.split { $0 == " " || $0 == "{" }
            return line.hasPrefix("# ") ? words.dropFirst(2).first ?? "" == family : words[0] == family
        }
    }

    @Test func requestsAreSparseAndSummed() {
        let page = page { workers in
            for worker in workers {
                worker.request(label: Label(index: 0), status: 200, duration: .zero)
            }
            workers[0].request(label: nil, status: 400, duration: .zero)
            workers[1].request(label: Label(index: 1), status: 99, duration: .zero)
            workers[1].request(label: Label(index: 1), status: 600, duration: .zero)
        }
        #expect(
            lines(page, "slb_requests_total") == [
                "# HELP slb_requests_total Requests answered, by label (none: answered before a verdict) and status code.",
                "# TYPE slb_requests_total counter",
                #"slb_requests_total{label="fast",status_code="200"} 2"#,
                #"slb_requests_total{label="odd\"\\\nname",status_code="other"} 2"#,
                #"slb_requests_total{label="none",status_code="400"} 1"#,
            ])
    }

    @Test func guessesAreCountedByLabelAndConfidence() {
        var layout = Self.layout
        layout = MetricsLayout(
            labels: layout.labels, pools: layout.pools, rejectReasons: [], hasModel: true)
        var gauges = Gauges()
        gauges.model = Gauges.Model()
        gauges.model?.info = [("digest", "ab"), ("path", "builtin")]
        gauges.model?.trainingMix = [("fast", 0.25)]
        let page = page(.openMetrics, layout: layout, gauges: gauges) { workers in
            workers[0].guess(label: Label(index: 0), confidence: 0.75, unknownShare: 0)
            workers[1].guess(label: Label(index: 0), confidence: 1, unknownShare: 0.5)
        }
        let name = "slb_model_confidence_ratio"
        let buckets = lines(page, name + "_bucket")
        #expect(buckets.count == 26)
        #expect(buckets[6] == name + #"_bucket{label="fast",le="0.7"} 0"#)
        #expect(buckets[7] == name + #"_bucket{label="fast",le="0.8"} 1"#)
        #expect(buckets[11] == name + #"_bucket{label="fast",le="1.0"} 2"#)
        #expect(lines(page, name + "_sum")[0] == name + #"_sum{label="fast"} 1.75"#)
        #expect(lines(page, "slb_model_unknown_words_ratio_sum") == ["slb_model_unknown_words_ratio_sum 0.5"])
        #expect(lines(page, "slb_model_info").last == #"slb_model_info{digest="ab",path="builtin"} 1"#)
        #expect(
            lines(page, "slb_model_training_mix_ratio").last == #"slb_model_training_mix_ratio{label="fast"} 0.25"#)
    }

    @Test func theLanguageModelIsShownIfThereIsOne() {
        var gauges = Gauges()
        gauges.llm = Gauges.LLM()
        gauges.llm?.queueDepth = 3
        gauges.llm?.breakerStates = ["admitting", "ejected"]
        gauges.llm?.breakerState = "ejected"
        let page = page(gauges: gauges) { workers in
            workers[0].llmAnswered(outcome: 0, took: .milliseconds(2))
            workers[1].llmJoined()
            workers[1].llmSent(100)
        }
        #expect(lines(page, "slb_llm_requests_total").last == #"slb_llm_requests_total{outcome="ok"} 1"#)
        #expect(lines(page, "slb_llm_request_duration_seconds_sum") == ["slb_llm_request_duration_seconds_sum 0.002"])
        #expect(lines(page, "slb_llm_singleflight_joined_total").last == "slb_llm_singleflight_joined_total 1")
        #expect(lines(page, "slb_llm_bytes_sent_total").last == "slb_llm_bytes_sent_total 100")
        #expect(lines(page, "slb_llm_queue_depth").last == "slb_llm_queue_depth 3")
        #expect(
            lines(page, "slb_llm_breaker_state").suffix(2) == [
                #"slb_llm_breaker_state{state="admitting"} 0"#, #"slb_llm_breaker_state{state="ejected"} 1"#,
            ])
        #expect(lines(page, "slb_llm_ready").last == "slb_llm_ready 0")
    }

    @Test func withoutThemTheirSeriesAreLeftOut() {
        let layout = MetricsLayout(labels: ["a"], pools: [], rejectReasons: [])
        let samples = page(layout: layout).split(separator: "\n").filter { $0.first != "#" }
        #expect(samples.allSatisfy { !$0.hasPrefix("slb_llm") && !$0.hasPrefix("slb_model") && !$0.hasPrefix("slb_shape") })
        #expect(!samples.isEmpty)
    }

    @Test func histogramsAreCumulativeAndExact() {
        let page = page { workers in
            workers[0].connected(pool: 0, took: Interval(nanoseconds: 50_000))
            workers[1].connected(pool: 0, took: Interval(nanoseconds: 50_001))
            workers[1].connected(pool: 0, took: .seconds(11))
        }
        let name = "slb_upstream_connect_duration_seconds"
        let buckets = lines(page, name + "_bucket")
        #expect(buckets.count == 18)
        #expect(buckets[0] == name + #"_bucket{pool="p",le="5e-05"} 1"#)
        #expect(buckets[1] == name + #"_bucket{pool="p",le="0.0001"} 2"#)
        #expect(buckets[16] == name + #"_bucket{pool="p",le="10.0"} 2"#)
        #expect(buckets[17] == name + #"_bucket{pool="p",le="+Inf"} 3"#)
        #expect(lines(page, name + "_sum") == [name + #"_sum{pool="p"} 11.000100001"#])
        #expect(lines(page, name + "_count") == [name + #"_count{pool="p"} 3"#])
    }

    @Test func openMetricsNamesFamiliesWithoutSuffix() {
        var gauges = Gauges()
        gauges.build = [("version", "1.2.3"), ("model", "none")]
        gauges.reloadsFailed = 3
        let page = page(.openMetrics, gauges: gauges) {
            $0[0].bytes(side: .downstream, direction: .received, 10)
        }
        #expect(
            lines(page, "slb_bytes") == [
                "# HELP slb_bytes Bytes moved on connections, by side and direction as seen from slb.",
                "# TYPE slb_bytes counter", "# UNIT slb_bytes bytes",
            ])
        #expect(
            lines(page, "slb_bytes_total").first
                == #"slb_bytes_total{side="downstream",direction="received"} 10"#)
        #expect(lines(page, "slb_build") == ["# HELP slb_build What this slb was built from.", "# TYPE slb_build info"])
        #expect(lines(page, "slb_build_info") == [#"slb_build_info{version="1.2.3",model="none"} 1"#])
        #expect(
            lines(page, "slb_config_reloads_total") == [
                #"slb_config_reloads_total{result="success"} 0"#,
                #"slb_config_reloads_total{result="failure"} 3"#,
            ])
        #expect(page.hasSuffix("\n# EOF\n"))
    }

    @Test func prometheusKnowsNoInfoAndNoEnd() {
        let page = page()
        #expect(lines(page, "slb_build_info").contains("# TYPE slb_build_info gauge"))
        #expect(!page.contains("# UNIT") && !page.contains("# EOF") && page.hasSuffix("\n"))
    }

    @Test func gaugesMayFallAndTheSameEndpointIsOneSeries() {
        var gauges = Gauges()
        gauges.available = [[false, true, false]]
        let page = page(gauges: gauges) { workers in
            workers[0].connection(side: .downstream, state: .active, 3)
            workers[0].connection(side: .downstream, state: .active, -2)
            workers[1].connection(side: .upstream, state: .idle, 1)
            workers[1].connection(side: .upstream, state: .idle, -1)
            workers[1].upstream(pool: 0, endpoint: 1, outcome: .reset)
            workers[0].upstream(pool: 0, endpoint: 0, outcome: .reset)
        }
        let connections = lines(page, "slb_connections")
        #expect(connections.contains(#"slb_connections{side="downstream",state="active"} 1"#))
        #expect(connections.contains(#"slb_connections{side="upstream",state="idle"} 0"#))
        #expect(
            lines(page, "slb_endpoint_available").suffix(2) == [
                #"slb_endpoint_available{pool="p",endpoint="http://1"} 1"#,
                #"slb_endpoint_available{pool="p",endpoint="http://2"} 0"#,
            ])
        let upstream = lines(page, "slb_upstream_requests_total")
        #expect(upstream.count == 2 + 2 * UpstreamOutcome.allCases.count)
        #expect(
            upstream.contains(
                #"slb_upstream_requests_total{pool="p",endpoint="http://1",outcome="reset"} 2"#))
    }

    @Test func noSeriesTwiceEvenIfALabelIsCalledNone() {
        let layout = MetricsLayout(labels: ["none"], pools: [], rejectReasons: [])
        let page = page(layout: layout) {
            $0[0].request(label: nil, status: 200, duration: .zero)
            $0[1].request(label: Label(index: 0), status: 200, duration: .zero)
        }
        let samples = page.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.prefix(upTo: $0.lastIndex(of: " ") ?? $0.endIndex) }
        #expect(Set(samples).count == samples.count)
        #expect(page.contains(#"slb_requests_total{label="none",status_code="200"} 2"#))
    }

    @Test func everyFamilyIsOnThePageAndWellNamed() {
        for format in Exposition.Format.allCases {
            let page = page(format)
            #expect(page.split(separator: "\n").count { $0.hasPrefix("# TYPE ") } == MetricNames.all.count)
        }
        #expect(Set(MetricNames.all.map(\.name)).count == MetricNames.all.count)
        for family in MetricNames.all {
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
            #expect(family.name.hasSuffix("_info") == (family.kind == .info))
            #expect(!family.help.contains("\\") && !family.help.contains("\n") && !family.help.contains("\""))
            if let unit = family.unit {
                let base = family.kind == .counter ? String(family.name.dropLast(6)) : family.name
                #expect(base.hasSuffix("_" + unit))
            }
        }
    }

    @Test func processStatisticsAreRead() throws {
        let process = ProcessStatistics.read()
        #expect(try #require(process.residentBytes) > 1 << 20)
        #expect(try #require(process.virtualBytes) >= process.residentBytes ?? 0)
        #expect(try #require(process.openDescriptors) >= 3)
        #expect(try #require(process.maxDescriptors) >= process.openDescriptors ?? 0)
        #expect(try #require(process.cpuNanoseconds) > 0)
        #expect(try #require(process.startMilliseconds) > 1_600_000_000_000)
        var gauges = Gauges()
        gauges.process = process
        let page = page(gauges: gauges)
        for name in MetricNames.all.map(\.name) where name.hasPrefix("process_") {
            #expect(lines(page, name).count == 3)
        }
    }

    @Test func aCommandNameMayHoldParentheses() {
        var process = ProcessStatistics()
        let fields = (1...22).map { "\($0)" }.joined(separator: " ")
        process.take(stat: Array("7 (a) b) (c) \(fields) 23".utf8), bootTime: 100)
        #expect(process.virtualBytes == 21)
        #expect((process.residentBytes ?? 0) % 22 == 0)
        process = ProcessStatistics()
        process.take(stat: Array("nothing of the kind".utf8), bootTime: 100)
        #expect(process == ProcessStatistics())
    }

    @Test(arguments: [
        ("", Exposition.Format.prometheus), ("*/*", .prometheus), ("text/html", .prometheus),
        ("application/openmetrics-text", .openMetrics),
        ("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", .openMetrics),
        ("application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .prometheus),
        ("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics),
        ("text/plain, application/openmetrics-text;q=0.9", .prometheus),
        ("text/plain;q=0, application/openmetrics-text;q=0.1, */*", .openMetrics),
        ("application/openmetrics-text;q=0", .prometheus),
        ("application/openmetrics-text;q=1.001", .prometheus),
        ("application/openmetrics-text;q=.5", .prometheus),
        ("application/openmetrics-text; q=0.5 , text/*; q=0.4", .openMetrics),
        (";;,,=;q", .prometheus),
    ]) func negotiation(accept: String, format: Exposition.Format) {
        #expect(Array(accept.utf8).withUnsafeBytes { Exposition.format(accept: $0) } == format)
    }
}
