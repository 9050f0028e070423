/// Fits that can be checked by hand, held-out groups that stay unseen, and the same bytes every time.

import Classifier
import Testing
import Vocabulary

@testable import Training

private func example(_ label: String, _ path: String, group: String, body: String = "") -> Example {
    let record = Record(names: ["method", "path", "body", "label", "group"], values: ["POST", path, body, label, group])
    guard let example = Example(record, number: 1) else { preconditionFailure("a path is enough") }
    return example
}

private func trainer(_ examples: [Example], seed: UInt64 = 1, augments: Bool = true) -> Trainer {
    var settings = Trainer.Settings()
    settings.seed = seed
    settings.augments = augments
    var trainer = Trainer(lexicon: Lexicon(words: [], names: []), settings: settings)
    for example in examples {
        let isTaken = trainer.add(example)
        #expect(isTaken)
    }
    return trainer
}

private let examples = (0..<60).map { number in
    number % 2 == 0
        ? example("light", "/service\(number / 6)/status/\(number)", group: "g\(number / 6)")
        : example("heavy", "/service\(number / 6)/export", group: "g\(number / 6)", body: "{\"row_count\":\(number * 1000)}")
}

@Suite struct TrainerTests {
    @Test func learnsWhatGroupsHaveInCommon() {
        let report = Report(trainer(examples).holdOut().judgements, labels: ["light", "heavy"])
        #expect(report.count == 60)
        #expect(report.macroF1 == 1)
    }

    /// A word that only one group uses cannot help there, and is no feature.
    @Test func oneGroupsWordsAreNoFeatures() {
        let rows = trainer(examples, augments: false).rows
        let index = FeatureIndex(rows, of: Array(0..<rows.count), leastGroups: 2)
        let all = FeatureIndex(rows, of: Array(0..<rows.count), leastGroups: 1)
        #expect(index.hashes.count < all.hashes.count)
        #expect(Set(index.hashes).isSubset(of: all.hashes))
    }

    @Test func sameSeedSameBytes() throws {
        func bytes(_ seed: UInt64) -> [UInt8] {
            let trainer = trainer(examples, seed: seed)
            return trainer.model(heldOut: trainer.holdOut())
        }
        #expect(bytes(5) == bytes(5))
        let model = try bytes(5).withUnsafeBytes { try Model(bytes: $0) }
        #expect(model.facts.labels == ["light", "heavy"])
        #expect(model.facts.examples == 60)
        #expect(model.facts.groups == 10)
        #expect(model.facts.mix == [0.5, 0.5])
    }

    @Test func theModelSaysWhatTheFitSaid() throws {
        let trainer = trainer(examples)
        let model = try trainer.model(heldOut: trainer.holdOut()).withUnsafeBytes { try Model(bytes: $0) }
        let extractor = model.makeExtractor(bodyCount: 16 * 1024)
        for example in examples {
            let guess = example.withView(window: 16 * 1024) { model.guess($0, bodyComplete: $1, extractor: extractor) }
            #expect(model.facts.labels[Int(guess.label.index)] == example.label)
        }
    }

    @Test func moreLabelsThanPossibleAreRefused() {
        var trainer = Trainer(lexicon: Lexicon(words: [], names: []), settings: .init())
        for number in 0..<Limits.labels {
            let isTaken = trainer.add(example("l\(number)", "/x", group: "g"))
            #expect(isTaken)
        }
        let isTaken = trainer.add(example("one too many", "/x", group: "g"))
        #expect(!isTaken)
    }
}

@Suite struct AugmentationTests {
    @Test func variantsKeepTheLabelAndCountLess() {
        var random = SplitMix(seed: 3)
        let body = "{\"page_size\":50,\"items\":[\((0..<200).map(String.init).joined(separator: ","))]}"
        let original = example("x", "/orders/12345", group: "g", body: body)
        let variants = Augmentation.variants(of: original, using: &random)
        #expect(variants.count == 4)
        #expect(variants.allSatisfy { $0.label == "x" && $0.weight < original.weight })
        #expect(variants.contains { String(decoding: $0.body, as: UTF8.self).contains("\"pageSize\":50") })
        #expect(variants.contains { $0.body.count < $0.bodyLength })
        #expect(variants.contains { $0.path != original.path && $0.path.count == original.path.count })
    }
}

@Suite struct CalibrationTests {
    /// Logits that are twice too sure want a temperature of two.
    @Test func findsTheTemperature() {
        var random = SplitMix(seed: 9)
        let rows = (0..<4000).map { _ -> HeldOutRow in
            let logit = Double(random.next() % 4000) / 1000
            let sure = 1 / (1 + Exponential.exp(-logit))
            let isRight = Double(random.next() % 1_000_000) / 1_000_000 < sure
            return HeldOutRow(logits: [2 * logit, 0], truth: isRight ? 0 : 1, unknown: 0, weight: 1)
        }
        #expect(abs(CalibrationFit.best(for: rows).temperature - 2) < 0.25)
    }

    @Test(arguments: [-30.0, -1, -1e-9, 0, 0.5, 1, 10, 700]) func exponential(_ x: Double) {
        let value = Exponential.exp(x)
        #expect(abs(Exponential.log(value) - x) < 1e-9 * max(1, abs(x)))
    }
}
