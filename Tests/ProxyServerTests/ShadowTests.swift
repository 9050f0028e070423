/// What is beside the decision: samples, the shadow's bounded queue and matrix, the line of reasons.

import Telemetry
import Testing
import Vocabulary

@testable import Classifier
@testable import ProxyServer

@Suite struct ShadowTests {
    private func offer(_ path: String, bodyBytes: Int = 0, to shadow: Shadow, label: UInt8) {
        let nothing = Bytes(start: nil, count: 0)
        let body = [UInt8](repeating: 0x61, count: bodyBytes)
        "GET".utf8.withContiguousStorageIfAvailable { method in
            Array(path.utf8).withUnsafeBytes { path in
                body.withUnsafeBytes { body in
                    let view = RequestView(
                        method: Bytes(method), path: path, query: nothing, host: nothing, contentType: nothing, head: nothing,
                        fields: UnsafeBufferPointer(start: nil, count: 0), body: body, bodyLength: UInt64(bodyBytes))
                    shadow.offer(view, bodyComplete: true, label: Label(index: label))
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func itCountsWhatBothSayAndDropsWhatFindsNoRoom() async throws {
        let shadow = try Shadow(model: .builtin, options: ClassifierOptions(), sample: 1)
        for number in 0..<40 { offer("/health/\(number)", to: shadow, label: 2) }
        #expect(shadow.gauge.dropped == 8)
        #expect(shadow.gauge.decisions.joined().allSatisfy { $0 == 0 })
        try shadow.start()
        while shadow.gauge.decisions.joined().reduce(0, +) < 32 { await Task.yield() }
        #expect(shadow.gauge.decisions[2].reduce(0, +) == 32)
        #expect(shadow.gauge.labels == ["fast-path", "high-compute", "general"])
        // Longer than a place: the body is cut, and a path alone is too much.
        offer("/upload", bodyBytes: 1 << 20, to: shadow, label: 0)
        while shadow.gauge.decisions[0].reduce(0, +) < 1 { await Task.yield() }
        offer(String(repeating: "x", count: 1 << 17), to: shadow, label: 0)
        #expect(shadow.gauge.dropped == 9)
        shadow.stop()
        shadow.stop()
    }

    @Test func itsLabelsMustBeConfigured() {
        var options = ClassifierOptions()
        options.labels = ["general"]
        #expect(throws: RuleProblems.self) { _ = try Shadow(model: .builtin, options: options, sample: 1) }
    }

    @Test(arguments: [(0.0, 0), (0.25, 250), (0.1, 100), (1.0, 1000)]) func aSampleIsItsShare(_ share: Double, _ expected: Int) {
        var sampler = Sampler(share)
        let taken = (0..<1000).count { _ in sampler.take() }
        #expect(abs(taken - expected) <= 1)
    }

    @Test func reasonsAreOneSafeLine() {
        let verdict = Verdict(label: Label(index: 0), confidence: 0.5, source: .model)
        var explanation = Explanation(verdict: verdict, rule: nil, isBuiltin: false)
        explanation.evidence = [
            ModelEvidence(feature: "path a\r\nSet-Cookie: x\u{0}é", weight: -1.234), ModelEvidence(feature: "b", weight: .nan),
        ]
        let line = String(decoding: ReasonsField.line(explanation), as: UTF8.self)
        #expect(line == "X-Route-Explain: model; path a??Set-Cookie: x???=-1.23, b=0.00\r\n")
        explanation.evidence = (0..<100).map { ModelEvidence(feature: "feature \($0)", weight: 1) }
        #expect(ReasonsField.line(explanation).count <= ReasonsField.longest)
        explanation.rule = String(repeating: "r", count: 1000)
        let long = ReasonsField.line(explanation)
        #expect(long.count == ReasonsField.longest && long.suffix(2) == [0x0D, 0x0A])
        explanation.rule = "probes"
        #expect(String(decoding: ReasonsField.line(explanation), as: UTF8.self) == "X-Route-Explain: rule=probes\r\n")
    }
}
