/// Every malformed message of the corpus is refused for its reason, every well-formed one served,
/// however the bytes arrive.
import HTTPCodec
import Testing
import Vocabulary

@Suite struct CorpusTests {
    /// Splitting is quadratic: longer specimens are only read whole and in halves.
    static let splitLimit = 1200

    @Test(arguments: ["requests", "responses"])
    func refusesTheMalformed(_ folder: String) throws {
        let reasons = try Corpus.reasons()
        let specimens = try Corpus.load("\(folder)/refused")
        #expect(specimens.count >= (folder == "requests" ? 150 : 60))
        for specimen in specimens {
            let outcome = exchange(folder, specimen).run(
                specimen.bytes, arrivals: [specimen.bytes.count])
            let met = outcome.refusal.map { "\($0.status) \($0.reason.name)" } ?? "not refused"
            #expect(met == reasons["\(folder)/\(specimen)"], "\(folder)/\(specimen)")
        }
        #expect(reasons.keys.filter { $0.hasPrefix(folder) }.count == specimens.count)
    }

    @Test(arguments: ["requests", "responses"])
    func servesTheWellFormed(_ folder: String) throws {
        let specimens = try Corpus.load("\(folder)/accepted")
        #expect(specimens.count >= 20)
        for specimen in specimens {
            let outcome = exchange(folder, specimen).run(
                specimen.bytes, arrivals: [specimen.bytes.count])
            #expect(outcome.isAccepted, "\(folder)/\(specimen): \(outcome)")
        }
    }

    @Test(arguments: ["requests/refused", "requests/accepted", "responses/refused", "responses/accepted"])
    func arrivalChangesNothing(_ folder: String) throws {
        for specimen in try Corpus.load(folder) {
            let count = specimen.bytes.count
            let exchange = exchange(folder, specimen)
            let whole = exchange.run(specimen.bytes, arrivals: [count])
            if count > CorpusTests.splitLimit {
                let halves = exchange.run(specimen.bytes, arrivals: [count / 2, count])
                #expect(halves == whole, "\(folder)/\(specimen) in halves")
                continue
            }
            let bytewise = exchange.run(specimen.bytes, arrivals: Array(1...count))
            #expect(bytewise == whole, "\(folder)/\(specimen) byte by byte")
            for split in 1..<max(count, 2) {
                let parts = exchange.run(specimen.bytes, arrivals: [min(split, count), count])
                if parts != whole { Issue.record("\(folder)/\(specimen) split at \(split)") }
            }
        }
    }

    private func exchange(_ folder: String, _ specimen: Specimen) -> Exchange {
        folder.hasPrefix("requests")
            ? Exchange(side: .request) : Exchange(side: .response, method: specimen.method)
    }
}
