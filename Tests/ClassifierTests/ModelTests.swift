/// The model's file, hostile or not, and what the cascade makes of its guesses.

import Testing
import Vocabulary

@testable import Classifier

private func modelBytes(labels: [String] = ["fast-path", "general", "high-compute"]) -> [UInt8] {
    let facts = ModelFacts(
        labels: labels, mix: labels.map { _ in 1 / Double(labels.count) }, biases: labels.indices.map { Double($0) / 100 },
        weightScale: 0.05, calibration: Calibration(temperature: 1, unknownSlope: 1), examples: 10, groups: 5, heldOutF1: 0.5,
        heldOutUnknown: 0.1)
    let weights = (1...200).map { number in
        ModelFile.Weights(hash: UInt32(number) &* 0x9E37_79B9, values: labels.indices.map { Int8($0 == number % labels.count ? 40 : -20) })
    }
    let words = [(hash: Word.hash("export"), concept: UInt8(0))]
    return ModelFile.bytes(facts, lexicon: Lexicon(words: words, names: ["export"]), weights: weights)
}

private func model(_ bytes: [UInt8]) -> Result<Model, ModelProblem> {
    bytes.withUnsafeBytes { raw in
        do throws(ModelProblem) { return .success(try Model(bytes: raw)) } catch { return .failure(error) }
    }
}

@Suite struct ModelFileTests {
    @Test func readsWhatItWrote() throws {
        let read = try model(modelBytes()).get()
        #expect(read.facts.labels == ["fast-path", "general", "high-compute"])
        #expect(read.facts.weightScale == 0.05)
        #expect(read.lexicon.table.concept(of: Word.hash("export")) == 0)
        let weights = try #require(read.weights(of: 7 &* 0x9E37_79B9))
        #expect([weights[0], weights[1], weights[2]] == [-20, 40, -20])
        #expect(read.weights(of: 12345) == nil)
        #expect(read.digest.utf8.count == 16)
    }

    @Test func everyCutIsRefused() {
        let bytes = modelBytes()
        for end in 0..<bytes.count {
            guard case .failure = model(Array(bytes[..<end])) else { return #expect(Bool(false), "cut at \(end) was read") }
        }
        guard case .failure = model(bytes + [0]) else { return #expect(Bool(false), "a longer file was read") }
    }

    @Test func anyDamageIsRefusedOrHarmless() {
        let bytes = modelBytes()
        let extractor = FeatureExtractor(bodyCount: 1024)
        for place in 0..<min(bytes.count, 700) {
            for damage in [UInt8(0xFF), 0x80, 0x01] {
                var damaged = bytes
                damaged[place] ^= damage
                guard case .success(let read) = model(damaged) else { continue }
                let guess = SampleRequest.json("{\"a\":1}").withView { read.guess($0, bodyComplete: true, extractor: extractor) }
                #expect(Int(guess.label.index) < read.facts.labels.count)
                #expect((0...1).contains(guess.confidence))
            }
        }
    }

    /// Found by the fuzzer: a temperature of next to nothing made a confidence that was no number.
    @Test func numbersThatGiveNoConfidenceAreRefused() {
        let facts = ModelFacts(
            labels: ["a", "b"], mix: [0.5, 0.5], biases: [0, 0], weightScale: 0.05,
            calibration: Calibration(temperature: 1, unknownSlope: 0), examples: 1, groups: 1, heldOutF1: 0, heldOutUnknown: 0)
        func isRead(_ change: (inout ModelFacts) -> Void) -> Bool {
            var changed = facts
            change(&changed)
            if case .success = model(ModelFile.bytes(changed, lexicon: Lexicon(words: [], names: []), weights: [])) { return true }
            return false
        }
        #expect(isRead { _ in })
        #expect(!isRead { $0.calibration.temperature = .leastNormalMagnitude })
        #expect(!isRead { $0.calibration.temperature = 1e200 })
        #expect(!isRead { $0.calibration.unknownSlope = 1e300 })
        #expect(!isRead { $0.biases = [1e308, -1e308] })
        #expect(!isRead { $0.weightScale = 1e300 })
        #expect(!isRead { $0.mix = [2, -1] })
        #expect(!isRead { $0.heldOutUnknown = -1e300 })
    }

    @Test func saysWhatIsWrong() {
        guard case .failure(let problem) = model(Array("hello, this is no model".utf8)) else { return #expect(Bool(false)) }
        #expect(problem.description.contains("slb train"))
    }
}

@Suite struct BuiltinModelTests {
    private func guess(_ sample: SampleRequest) -> ModelGuess {
        let extractor = Model.builtin.makeExtractor(bodyCount: 16 * 1024)
        return sample.withView { Model.builtin.guess($0, bodyComplete: true, extractor: extractor) }
    }

    private func label(_ sample: SampleRequest) -> String { Model.builtin.facts.labels[Int(guess(sample).label.index)] }

    @Test func knowsTheIssuesExamples() {
        let many = (0..<400).map { "\"passage number \($0) of the handbook\"" }.joined(separator: ",")
        #expect(label(.json("{\"model\":\"e\",\"input\":[\(many)]}", to: "/v1/embeddings")) == "high-compute")
        #expect(label(.json(#"{"model":"e","input":"one short string"}"#, to: "/v1/embeddings")) == "general")
        #expect(label(.json(#"{"query":"{ user(id: 7) { name } }"}"#, to: "/graphql")) == "fast-path")
        #expect(label(.json(#"{"sql":"SELECT region, SUM(net) FROM sales GROUP BY region"}"#, to: "/query")) == "high-compute")
        #expect(label(.json(#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#, to: "/v1/chat/completions")) == "fast-path")
    }

    @Test func unknownWordsLowerConfidence() {
        let known = guess(SampleRequest("GET", "/health"))
        #expect(known.unknownShare == 0)
        #expect(known.confidence > 0.9)
        let unknown = guess(.json(#"{"zxqv":"wvuts","qqpl":"blorptik"}"#, to: "/frobnak/wibblet"))
        #expect(unknown.unknownShare > 0.7)
        #expect(unknown.confidence < 0.8)
        let calibration = Model.builtin.facts.calibration
        #expect(calibration.scale(unknown: 1) < calibration.scale(unknown: 0))
    }

    @Test func isSmall() { #expect(ModelFile.sizeLimit > 0 && Model.builtin.table.count < 8 * 1024 * 1024) }
}

@Suite struct ModelCascadeTests {
    @Test func rulesComeFirstAndTheModelAfter() throws {
        var options = ClassifierOptions()
        options.rules = [Rule(name: "mine", match: .path([.glob("/special*")]), label: "high-compute")]
        let cascade = try Cascade(options: options, model: .builtin, seed: (1, 2))
        #expect(cascade.classify(SampleRequest("GET", "/special")).source == .rule)
        let guessed = cascade.classify(.json(#"{"title":"x","body":"y"}"#, to: "/articles/7/comments"))
        #expect(guessed.source == .model)
        #expect(guessed.confidence > 0 && guessed.confidence <= 1)
        let explained = cascade.explain(.json(#"{"title":"x","body":"y"}"#, to: "/articles/7/comments"))
        #expect(explained.verdict.label == guessed.label)
        #expect(!explained.evidence.isEmpty)
        #expect(zip(explained.evidence, explained.evidence.dropFirst()).allSatisfy { abs($0.weight) >= abs($1.weight) })
    }

    @Test func aWeakGuessGivesWayToTheDefault() throws {
        var options = ClassifierOptions()
        options.builtinRules = false
        options.model.guessConfidence = 1.1
        options.model.minConfidence = 1.1
        let cascade = try Cascade(options: options, model: .builtin, seed: (1, 2))
        #expect(cascade.classify(SampleRequest("GET", "/health")).source == .fallback)
    }

    @Test func aModelOfOtherLabelsIsAnError() throws {
        let strange = try model(modelBytes(labels: ["cheap", "dear"])).get()
        #expect(throws: RuleProblems.self) { try Cascade(options: ClassifierOptions(), model: strange, seed: (1, 2)) }
    }
}
