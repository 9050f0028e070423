/// A trained model: multinomial logistic regression over hashed features, its weights in bytes, its
/// confidence calibrated. Immutable and shared by all workers; a guess allocates nothing.

import Vocabulary

/// What the model thinks of a request.
public struct ModelGuess: Hashable, Sendable {
    /// An index into the model's own labels, until `Cascade` maps it to the configured ones.
    public var label: Label
    /// Calibrated: 0.9 is right nine times in ten on data like the training data.
    public var confidence: Float
    /// The share of the request's words that training never saw, in 0...1.
    public var unknownShare: Float
}

/// `@unchecked`: the memory is written in `init` and only read.
public final class Model: @unchecked Sendable {
    public let facts: ModelFacts
    /// SipHash of the file, as 16 hexadecimal digits: names it, protects nothing.
    public let digest: String
    public let lexicon: Lexicon
    /// A feature's fingerprint, then one signed byte a label; `stride` bytes in all.
    let table: UnsafeMutableRawBufferPointer
    let slotMask: Int
    let stride: Int

    init(facts: ModelFacts, digest: String, lexicon: Lexicon, table: UnsafeMutableRawBufferPointer) {
        self.facts = facts
        self.digest = digest
        self.lexicon = lexicon
        self.table = table
        stride = ModelFile.stride(labels: facts.labels.count)
        slotMask = table.count / stride - 1
    }

    deinit { table.deallocate() }

    public func makeExtractor(bodyCount: Int) -> FeatureExtractor {
        let extractor = FeatureExtractor(bodyCount: bodyCount)
        extractor.lexicon = lexicon
        return extractor
    }

    /// `bodyComplete`: `request.body` is all of it. `extractor` is one of `makeExtractor`.
    public func guess(_ request: RequestView, bodyComplete: Bool, extractor: FeatureExtractor) -> ModelGuess {
        extractor.extract(request, bodyComplete: bodyComplete)
        let count = facts.labels.count
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { logits in
            let unknown = score(extractor.set, into: logits)
            return guess(from: logits, unknown: unknown)
        }
    }

    /// The most probable label of uncalibrated `logits`, and how probable it is after calibration.
    func guess(from logits: UnsafeMutableBufferPointer<Double>, unknown: Float) -> ModelGuess {
        let scale = facts.calibration.scale(unknown: Double(unknown))
        var best = 0
        for index in 1..<logits.count where logits[index] > logits[best] { best = index }
        var sum = 0.0
        for logit in logits { sum += Exponential.exp((logit - logits[best]) * scale) }
        return ModelGuess(label: Label(index: UInt8(best)), confidence: Float(1 / sum), unknownShare: unknown)
    }

    /// Adds up the weights of the features; returns the share of words that have none.
    func score(_ set: FeatureSet, into logits: UnsafeMutableBufferPointer<Double>) -> Float {
        let labels = facts.labels.count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: labels) { sums in
            sums.initialize(repeating: 0)
            let share = labels <= 4 ? sumFew(set, into: sums) : sumMany(set, into: sums)
            for label in 0..<labels { logits[label] = Double(sums[label]) * facts.weightScale + facts.biases[label] }
            return share
        }
    }

    private func sumMany(_ set: FeatureSet, into sums: UnsafeMutableBufferPointer<Int32>) -> Float {
        var words: Int32 = 0
        var unknown: Int32 = 0
        for index in 0..<set.count {
            let isWord: Int32 = set.lexical[index] ? 1 : 0
            words &+= isWord
            guard let weights = weights(of: set.hashes[index]) else {
                unknown &+= isWord
                continue
            }
            for label in 0..<sums.count { sums[label] &+= Int32(weights[label]) }
        }
        return words == 0 ? 0 : Float(unknown) / Float(words)
    }

    /// Up to four labels: a slot is one word of eight bytes, and the sums stay in registers.
    private func sumFew(_ set: FeatureSet, into sums: UnsafeMutableBufferPointer<Int32>) -> Float {
        let slots = UnsafeRawPointer(table.baseAddress.unsafelyUnwrapped)
        let mask = UInt32(truncatingIfNeeded: slotMask)
        var total = SIMD4<Int32>.zero
        var words: Int32 = 0
        var unknown: Int32 = 0
        for index in 0..<set.count {
            let hash = set.hashes[index]
            let fingerprint = hash == 0 ? 1 : hash
            let isWord: Int32 = set.lexical[index] ? 1 : 0
            words &+= isWord
            var slot = fingerprint & mask
            var entry = slots.load(fromByteOffset: Int(slot) &* 8, as: UInt64.self)
            while UInt32(truncatingIfNeeded: entry) != fingerprint, UInt32(truncatingIfNeeded: entry) != 0 {
                slot = (slot &+ 1) & mask
                entry = slots.load(fromByteOffset: Int(slot) &* 8, as: UInt64.self)
            }
            if UInt32(truncatingIfNeeded: entry) == 0 { unknown &+= isWord }
            let weights = UInt32(truncatingIfNeeded: entry >> 32)
            total &+= SIMD4<Int32>(truncatingIfNeeded: unsafeBitCast(weights, to: SIMD4<Int8>.self))
        }
        for label in 0..<sums.count { sums[label] = total[label] }
        return words == 0 ? 0 : Float(unknown) / Float(words)
    }

    @inline(__always)
    func weights(of hash: UInt32) -> UnsafePointer<Int8>? {
        let fingerprint = hash == 0 ? 1 : hash
        var slot = Int(truncatingIfNeeded: fingerprint) & slotMask
        while true {
            let entry = table.baseAddress.unsafelyUnwrapped + slot &* stride
            let found = entry.load(as: UInt32.self)
            if found == fingerprint { return UnsafePointer((entry + 4).assumingMemoryBound(to: Int8.self)) }
            if found == 0 { return nil }
            slot = (slot &+ 1) & slotMask
        }
    }
}

/// What a model says of itself.
public struct ModelFacts: Sendable, Equatable {
    public var labels: [String]
    /// The labels' shares in the training data.
    public var mix: [Double]
    public var biases: [Double]
    /// What a weight of one in the table is worth.
    public var weightScale: Double
    public var calibration: Calibration
    public var examples: UInt64
    public var groups: UInt64
    /// Macro-F1 on groups that were held out whole, or zero if it was not measured.
    public var heldOutF1: Double
    /// The mean share of unknown words there.
    public var heldOutUnknown: Double

    public init(
        labels: [String], mix: [Double], biases: [Double], weightScale: Double, calibration: Calibration, examples: UInt64,
        groups: UInt64, heldOutF1: Double, heldOutUnknown: Double
    ) {
        self.labels = labels
        self.mix = mix
        self.biases = biases
        self.weightScale = weightScale
        self.calibration = calibration
        self.examples = examples
        self.groups = groups
        self.heldOutF1 = heldOutF1
        self.heldOutUnknown = heldOutUnknown
    }
}

/// Temperature scaling (Guo et al., 2017), softer the more words of a request are unknown.
public struct Calibration: Sendable, Equatable {
    public var temperature: Double
    public var unknownSlope: Double

    public init(temperature: Double, unknownSlope: Double) {
        self.temperature = temperature
        self.unknownSlope = unknownSlope
    }

    /// What logits are multiplied by.
    @inline(__always)
    public func scale(unknown: Double) -> Double { 1 / (temperature * (1 + unknownSlope * unknown)) }
}
