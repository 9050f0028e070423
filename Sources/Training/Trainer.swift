/// From labelled examples to a model's bytes, and to what it scores on groups it has not seen. Everything
/// follows from the examples and the settings.

import Classifier
import Vocabulary

package struct Trainer {
    package struct Settings: Sendable {
        package var seed: UInt64 = 1
        package var folds = 5
        /// A feature counts if this many groups have it; nil is two where there are groups, else one.
        package var leastGroups: Int?
        package var augments = true
        package var window = 16 * 1024
        package var regression = Regression.Settings()

        package init() {}
    }

    /// Where a fit has come to: the fold, or nil for the final one, and iterations done.
    package struct Progress: Sendable {
        package var fold: Int?
        package var iteration: Int
    }

    /// In the order in which the examples brought them.
    package private(set) var labels: [String] = []
    package let lexicon: Lexicon
    package let settings: Settings
    package private(set) var rows = FeatureRows()
    private var labelNumbers: [String: Int] = [:]
    private var groupNumbers: [String: Int] = [:]
    private var random: SplitMix
    private let extractor: FeatureExtractor

    package init(lexicon: Lexicon, settings: Settings) {
        self.lexicon = lexicon
        self.settings = settings
        random = SplitMix(seed: settings.seed)
        extractor = FeatureExtractor(bodyCount: settings.window)
        extractor.lexicon = lexicon
    }

    /// An example without a group is one of its own. False if it has no label, or one too many.
    package mutating func add(_ example: Example) -> Bool {
        guard let name = example.label, let label = number(ofLabel: name) else { return false }
        let group = example.group.isEmpty ? "\u{0}\(rows.count)" : example.group
        let number = groupNumbers[group] ?? groupNumbers.count
        groupNumbers[group] = number
        append(example, label, number, isOriginal: true)
        guard settings.augments else { return true }
        for variant in Augmentation.variants(of: example, using: &random) {
            append(variant, label, number, isOriginal: false)
        }
        return true
    }

    private mutating func number(ofLabel name: String) -> Int? {
        if let number = labelNumbers[name] { return number }
        guard labels.count < Limits.labels else { return nil }
        labelNumbers[name] = labels.count
        labels.append(name)
        return labels.count - 1
    }

    private mutating func append(_ example: Example, _ label: Int, _ group: Int, isOriginal: Bool) {
        rows.append(
            example, label: label, group: group, isOriginal: isOriginal, window: settings.window, extractor: extractor)
    }

    package var groupCount: Int { groupNumbers.count }

    private var leastGroups: Int {
        if let least = settings.leastGroups { return least }
        let originals = rows.isOriginal.count { $0 }
        return groupCount * 2 <= originals ? 2 : 1
    }

    // MARK: Held out

    package struct HeldOut: Sendable {
        package var judgements: [Judgement]
        /// Of each judgement: the example's place among those added, and the fold that judged it.
        package var places: [(example: Int, fold: Int)]
        package var calibration: Calibration
        package var meanUnknown: Double
    }

    /// Every example judged by a fit that has seen nothing of its group.
    package func holdOut(_ progress: (Progress) -> Void = { _ in }) -> HeldOut {
        let folds = self.folds()
        let places = self.places()
        var held: [HeldOutRow] = []
        var judged: [(example: Int, fold: Int)] = []
        for fold in 0..<settings.folds {
            let training = rows.labels.indices.filter { folds[rows.groups[$0]] != fold }
            let test = rows.labels.indices.filter { folds[rows.groups[$0]] == fold && rows.isOriginal[$0] }
            guard !test.isEmpty, !training.isEmpty else { continue }
            let (index, fit) = self.fit(training) { progress(Progress(fold: fold, iteration: $0)) }
            held += test.map { heldOutRow($0, index, fit) }
            judged += test.map { (places[$0], fold) }
        }
        let calibration = CalibrationFit.best(for: held)
        let unknown = held.reduce(0) { $0 + $1.unknown } / Double(max(held.count, 1))
        return HeldOut(
            judgements: held.map { Self.judge($0, calibration) }, places: judged, calibration: calibration,
            meanUnknown: unknown)
    }

    /// Row number to the place of its example among those added.
    private func places() -> [Int] {
        var place = -1
        return rows.isOriginal.map { isOriginal in
            if isOriginal { place += 1 }
            return place
        }
    }

    /// Group number to fold, dealt in a shuffled order.
    private func folds() -> [Int] {
        var random = SplitMix(seed: settings.seed ^ 0x5EED)
        var folds = [Int](repeating: 0, count: groupCount)
        for (place, group) in (0..<groupCount).shuffled(using: &random).enumerated() { folds[group] = place % settings.folds }
        return folds
    }

    private func fit(_ training: [Int], _ progress: (Int) -> Void) -> (FeatureIndex, Regression) {
        let index = FeatureIndex(rows, of: training, leastGroups: leastGroups)
        let matrix = index.matrix(rows, training)
        return (index, Regression(matrix, labels: labels.count, settings: settings.regression, progress: progress))
    }

    private func heldOutRow(_ row: Int, _ index: FeatureIndex, _ fit: Regression) -> HeldOutRow {
        var columns: [Int32] = []
        var words = 0
        var unknown = 0
        for place in rows[row] {
            let number = index.number(of: rows.hashes[place])
            if rows.lexical[place] {
                words += 1
                if number == nil { unknown += 1 }
            }
            if let number { columns.append(number) }
        }
        return HeldOutRow(
            logits: fit.logits(columns[...]), truth: rows.labels[row],
            unknown: words == 0 ? 0 : Double(unknown) / Double(words), weight: rows.weights[row])
    }

    private static func judge(_ row: HeldOutRow, _ calibration: Calibration) -> Judgement {
        let scale = calibration.scale(unknown: row.unknown)
        let best = row.logits.indices.max { row.logits[$0] < row.logits[$1] } ?? 0
        let sum = row.logits.reduce(0) { $0 + Exponential.exp(($1 - row.logits[best]) * scale) }
        return Judgement(truth: row.truth, guess: best, confidence: 1 / sum)
    }

    // MARK: The model

    /// The bytes of a model fitted to everything.
    package func model(heldOut: HeldOut?, _ progress: (Progress) -> Void = { _ in }) -> [UInt8] {
        let (index, fit) = self.fit(Array(rows.labels.indices)) { progress(Progress(fold: nil, iteration: $0)) }
        let count = labels.count
        let biases = Array(fit.parameters[(fit.featureCount * count)...])
        let greatest = fit.parameters[..<(fit.featureCount * count)].reduce(0) { max($0, abs($1)) }
        let scale = greatest > 0 ? greatest / 127 : 1
        var weights: [ModelFile.Weights] = []
        for (number, hash) in index.hashes.enumerated() {
            let values = fit.parameters[(number * count)..<(number * count + count)]
            weights.append(.init(hash: hash, values: values.map { Int8(($0 / scale).rounded()) }))
        }
        return ModelFile.bytes(facts(biases, scale, heldOut), lexicon: lexicon, weights: weights)
    }

    private func facts(_ biases: [Double], _ scale: Double, _ heldOut: HeldOut?) -> ModelFacts {
        var mix = [Double](repeating: 0, count: labels.count)
        let originals = rows.labels.indices.filter { rows.isOriginal[$0] }
        for row in originals { mix[rows.labels[row]] += 1 }
        mix = mix.map { $0 / Double(max(originals.count, 1)) }
        return ModelFacts(
            labels: labels, mix: mix, biases: biases, weightScale: scale,
            calibration: heldOut?.calibration ?? Calibration(temperature: 1, unknownSlope: 0),
            examples: UInt64(originals.count), groups: UInt64(groupCount),
            heldOutF1: heldOut.map { Report($0.judgements, labels: labels).macroF1 } ?? 0,
            heldOutUnknown: heldOut?.meanUnknown ?? 0)
    }
}
