/// Lines of the proxy's journal as examples: only those that teach, and of one route in one group.

import Classifier
import Testing

@testable import Training

@Suite struct JournalLineTests {
    private func record(_ json: String) throws -> Record { try Record(json: json[...]) }

    @Test func aVerdictIsALabel() throws {
        let line = #"{"method":"POST","path":"/users/00/mail?to=[email]","content_type":"application/json","body":"{\"n\":[number]}","body_length":20000,"label":"heavy","source":"llm","confidence":0.9,"status":null,"service_ms":null}"#
        let example = try #require(JournalLine.verdict(record(line), number: 1, weight: 0.25))
        #expect(example.label == "heavy" && example.weight == 0.25 && example.isOwnTraffic)
        #expect(example.group == "journal POST /users/{}/mail")
        #expect(String(decoding: example.body, as: UTF8.self) == #"{"n":1000000}"#)
        #expect(String(decoding: example.query, as: UTF8.self) == "to=a@example.com")
        #expect(example.bodyLength == 20000)
        #expect(try JournalLine.verdict(record(line.replacing("\"llm\"", with: "\"model\"")), number: 1, weight: 1) == nil)
        #expect(try JournalLine.served(record(line), number: 1, weight: 1) == nil)
    }

    @Test func whatWasServedHasATime() throws {
        let line = #"{"path":"/a","label":"general","source":"model","status":200,"service_ms":12.5}"#
        let (example, milliseconds) = try #require(JournalLine.served(record(line), number: 1, weight: 1))
        #expect(milliseconds == 12.5 && example.label == nil)
        #expect(try JournalLine.served(record(line.replacing("200", with: "503")), number: 1, weight: 1) == nil)
    }

    @Test func timesAreCutAtQuantiles() throws {
        let times = (1...100).map { Double($0) }
        let even = try #require(LatencyLabels(["a", "b"], times: times))
        #expect(even.cuts == [51])
        #expect([1.0, 50, 51, 100].map(even.label) == ["a", "a", "b", "b"])
        let given = try #require(LatencyLabels(["a", "b", "c"], quantiles: [0.5, 0.9], times: times))
        #expect([50.0, 51, 90, 91].map(given.label) == ["a", "b", "b", "c"])
        #expect(LatencyLabels(["a"], times: times) == nil)
        #expect(LatencyLabels(["a", "b", "c"], quantiles: [0.9, 0.5], times: times) == nil)
        #expect(LatencyLabels(["a", "b"], quantiles: [.nan], times: times) == nil)
    }

    /// A route of the operator's own counts by its lines: there is only one of it.
    @Test func aWordOfOneRouteCountsInOwnTraffic() throws {
        for isOwn in [true, false] {
            var settings = Trainer.Settings()
            settings.augments = false
            settings.leastGroups = 2
            var trainer = Trainer(lexicon: .init(words: [], names: []), settings: settings)
            for number in 0..<20 {
                let word = number % 2 == 0 ? "scumble" : "fettle"
                var example = try #require(Example(record(#"{"path":"/\#(word)","label":"\#(word)"}"#), number: number))
                example.group = word
                example.isOwnTraffic = isOwn
                _ = trainer.add(example)
            }
            let index = FeatureIndex(trainer.rows, of: Array(0..<20), leastGroups: 2)
            let words = trainer.rows[0].filter { index.number(of: trainer.rows.hashes[$0]) == nil }
            #expect(words.isEmpty == isOwn)
        }
    }
}
