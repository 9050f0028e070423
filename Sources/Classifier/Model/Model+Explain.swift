/// Why the model said what it said: the features that spoke loudest for the label it chose. For people: it
/// allocates.

import Vocabulary

/// One feature's share in a guess.
public struct ModelEvidence: Sendable, Equatable {
    /// What the feature is, as its kind and the words or sizes in it.
    public var feature: String
    /// How far it moved the chosen label's logit above the mean of all labels, after calibration.
    public var weight: Double
}

extension Model {
    /// The guess, and at most this many features for or against it, strongest first.
    public func explain(
        _ request: RequestView, bodyComplete: Bool, extractor: FeatureExtractor, limit: Int = 8
    ) -> (ModelGuess, [ModelEvidence]) {
        let names = FeatureNames(concepts: lexicon.names)
        extractor.set.names = names
        let guess = guess(request, bodyComplete: bodyComplete, extractor: extractor)
        extractor.set.names = nil
        let scale = facts.calibration.scale(unknown: Double(guess.unknownShare)) * facts.weightScale
        var evidence: [ModelEvidence] = []
        for index in 0..<extractor.set.count {
            let hash = extractor.set.hashes[index]
            guard let weights = weights(of: hash), let name = names.text(of: hash) else { continue }
            var mean = 0.0
            for label in facts.labels.indices { mean += Double(weights[label]) / Double(facts.labels.count) }
            evidence.append(ModelEvidence(feature: name, weight: (Double(weights[Int(guess.label.index)]) - mean) * scale))
        }
        evidence.sort { (abs($0.weight), $0.feature) > (abs($1.weight), $1.feature) }
        return (guess, Array(evidence.prefix(limit)))
    }
}
