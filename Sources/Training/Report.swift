/// How good a classifier is, from what it said and what was right. Pure counting.

import Vocabulary

package struct Judgement: Sendable, Equatable {
    /// Indices into the report's labels.
    package var truth: Int
    package var guess: Int
    package var confidence: Double

    package init(truth: Int, guess: Int, confidence: Double) {
        self.truth = truth
        self.guess = guess
        self.confidence = confidence
    }
}

package struct Report: Sendable {
    package struct LabelScore: Sendable {
        package var label: String
        package var precision: Double
        package var recall: Double
        package var f1: Double
        package var support: Int
    }

    package struct Coverage: Sendable {
        package var threshold: Double
        /// Share of the requests that are surer than this.
        package var share: Double
        /// Share of those that are right.
        package var accuracy: Double
    }

    package static let thresholds = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    /// Bins of the calibration error.
    package static let bins = 20

    package let count: Int
    package let accuracy: Double
    package let macroF1: Double
    package let labels: [LabelScore]
    /// By truth, then by guess.
    package let confusion: [[Int]]
    /// Expected calibration error (Naeini et al., 2015), over `bins` of equal width.
    package let calibrationError: Double
    package let coverage: [Coverage]

    package init(_ judgements: [Judgement], labels names: [String]) {
        var confusion = names.map { _ in names.map { _ in 0 } }
        for judgement in judgements { confusion[judgement.truth][judgement.guess] += 1 }
        self.confusion = confusion
        count = judgements.count
        let right = names.indices.reduce(0) { $0 + confusion[$1][$1] }
        accuracy = Self.share(right, judgements.count)
        labels = names.indices.map { label in
            let hits = confusion[label][label]
            let guessed = names.indices.reduce(0) { $0 + confusion[$1][label] }
            let support = confusion[label].reduce(0, +)
            let precision = Self.share(hits, guessed)
            let recall = Self.share(hits, support)
            let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
            return LabelScore(label: names[label], precision: precision, recall: recall, f1: f1, support: support)
        }
        let present = labels.filter { $0.support > 0 }
        macroF1 = present.isEmpty ? 0 : present.reduce(0) { $0 + $1.f1 } / Double(present.count)
        calibrationError = Self.calibrationError(judgements)
        coverage = Self.thresholds.map { threshold in
            let sure = judgements.filter { $0.confidence > threshold }
            return Coverage(
                threshold: threshold, share: Self.share(sure.count, judgements.count),
                accuracy: Self.share(sure.count { $0.truth == $0.guess }, sure.count))
        }
    }

    private static func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

    private static func calibrationError(_ judgements: [Judgement]) -> Double {
        var error = 0.0
        for bin in 0..<bins {
            let inside = judgements.filter { min(Int($0.confidence * Double(bins)), bins - 1) == bin }
            guard !inside.isEmpty else { continue }
            let confidence = inside.reduce(0) { $0 + $1.confidence } / Double(inside.count)
            let accuracy = share(inside.count { $0.truth == $0.guess }, inside.count)
            error += abs(confidence - accuracy) * share(inside.count, judgements.count)
        }
        return error
    }
}
