/// A model as bytes: magic and versions, facts, lexicon, weights. Little-endian, no padding but before the
/// table. Reading checks every count against what is there; a file is hostile until it has been read.

import Vocabulary

public enum ModelFile {
    static let magic: [UInt8] = Array("slbmodel".utf8)
    static let version: UInt32 = 1
    /// Largest file that is read.
    public static let sizeLimit = 64 * 1024 * 1024
    /// Numbers within these give a confidence whatever the features: nothing overflows, nothing is divided by
    /// zero. What training finds is far inside.
    static let temperatures = 1e-3...1e3
    static let steepest = 1e3
    static let largestScale = 1e3
    static let largestBias = 1e6
    /// Weights of one feature and its fingerprint, in whole words.
    static func stride(labels: Int) -> Int { (4 + labels + 3) / 4 * 4 }

    public struct Weights {
        public var hash: UInt32
        public var values: [Int8]

        public init(hash: UInt32, values: [Int8]) {
            self.hash = hash
            self.values = values
        }
    }

    public static func bytes(_ facts: ModelFacts, lexicon: Lexicon, weights: [Weights]) -> [UInt8] {
        var out = magic
        put(version, &out)
        put(FeatureExtractor.version, &out)
        put(UInt32(facts.labels.count), &out)
        for name in facts.labels { put(name, &out) }
        for value in facts.mix + facts.biases { put(value.bitPattern, &out) }
        for value in [
            facts.weightScale, facts.calibration.temperature, facts.calibration.unknownSlope, facts.heldOutF1,
            facts.heldOutUnknown,
        ] { put(value.bitPattern, &out) }
        put(facts.examples, &out)
        put(facts.groups, &out)
        put(UInt32(lexicon.names.count), &out)
        for name in lexicon.names { put(name, &out) }
        put(UInt32(lexicon.words.count), &out)
        for word in lexicon.words {
            put(word.hash, &out)
            out.append(word.concept)
        }
        var slots = 64
        // At most half full: a search for what is not there must end soon.
        while slots < weights.count * 2 { slots *= 2 }
        put(UInt32(slots), &out)
        return out + table(weights, slots: slots, stride: stride(labels: facts.labels.count))
    }

    private static func table(_ weights: [Weights], slots: Int, stride: Int) -> [UInt8] {
        var table = [UInt8](repeating: 0, count: slots * stride)
        for row in weights {
            let fingerprint = row.hash == 0 ? 1 : row.hash
            var slot = Int(fingerprint) & (slots - 1)
            while table[slot * stride..<slot * stride + 4].contains(where: { $0 != 0 }) { slot = (slot + 1) & (slots - 1) }
            for byte in 0..<4 { table[slot * stride + byte] = UInt8(truncatingIfNeeded: fingerprint >> (8 * UInt32(byte))) }
            for (index, value) in row.values.enumerated() { table[slot * stride + 4 + index] = UInt8(bitPattern: value) }
        }
        return table
    }

    private static func put<T: FixedWidthInteger>(_ value: T, _ out: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }

    private static func put(_ text: String, _ out: inout [UInt8]) {
        put(UInt16(clamping: text.utf8.count), &out)
        out.append(contentsOf: text.utf8.prefix(Int(UInt16.max)))
    }
}

/// Why a file is no model: one line for people.
public struct ModelProblem: Error, CustomStringConvertible, Sendable {
    public let description: String

    public init(_ description: String) { self.description = description }
}

extension Model {
    public convenience init(bytes: Bytes) throws(ModelProblem) {
        var reader = ModelReader(bytes: bytes)
        let facts = try reader.facts()
        let lexicon = try reader.lexicon()
        let table = try reader.table(labels: facts.labels.count)
        var hash = SipHash(key: (0, 0))
        hash.append(part: bytes)
        let key = hash.finish()
        let digits = String(key.low, radix: 16)
        self.init(
            facts: facts, digest: String(repeating: "0", count: 16 - digits.count) + digits, lexicon: lexicon, table: table)
    }
}

private struct ModelReader {
    let bytes: Bytes
    var offset = 0

    private static let cutOff = ModelProblem("the file is cut off; train it again or copy it again")

    mutating func facts() throws(ModelProblem) -> ModelFacts {
        guard bytes.count <= ModelFile.sizeLimit else { throw ModelProblem("the file is larger than any model") }
        for byte in ModelFile.magic {
            guard try integer(UInt8.self) == byte else { throw ModelProblem("this is no slb model; make one with slb train") }
        }
        guard try integer(UInt32.self) == ModelFile.version, try integer(UInt32.self) == FeatureExtractor.version else {
            throw ModelProblem("the model was trained by another version of slb; train it again with this one")
        }
        let count = Int(try integer(UInt32.self))
        guard count >= 2, count <= Limits.labels else {
            throw ModelProblem("the model has \(count) labels; 2 to \(Limits.labels) are possible")
        }
        let labels = try strings(count)
        let mix = try numbers(count)
        let biases = try numbers(count)
        let rest = try numbers(5)
        guard ModelFile.temperatures.contains(rest[1]), (0...ModelFile.steepest).contains(rest[2]) else {
            throw ModelProblem("the model's calibration makes no sense")
        }
        guard (0...ModelFile.largestScale).contains(rest[0]), biases.allSatisfy({ abs($0) <= ModelFile.largestBias }),
            (mix + rest[3...]).allSatisfy({ (0...1).contains($0) })
        else { throw ModelProblem("the model's numbers make no sense") }
        return ModelFacts(
            labels: labels, mix: mix, biases: biases, weightScale: rest[0],
            calibration: Calibration(temperature: rest[1], unknownSlope: rest[2]), examples: try integer(UInt64.self),
            groups: try integer(UInt64.self), heldOutF1: rest[3], heldOutUnknown: rest[4])
    }

    mutating func lexicon() throws(ModelProblem) -> Lexicon {
        let count = Int(try integer(UInt32.self))
        guard count <= Lexicon.conceptLimit else { throw ModelProblem("the model's lexicon is too large") }
        let names = try strings(count)
        let words = Int(try integer(UInt32.self))
        guard words <= (bytes.count - offset) / 9 else { throw Self.cutOff }
        var entries: [(hash: UInt64, concept: UInt8)] = []
        entries.reserveCapacity(words)
        for _ in 0..<words { entries.append((try integer(UInt64.self), try integer(UInt8.self))) }
        guard entries.allSatisfy({ Int($0.concept) < count }) else { throw ModelProblem("the model's lexicon makes no sense") }
        return Lexicon(words: entries, names: names)
    }

    /// A copy that is aligned and has at least one empty slot, at which a search ends.
    mutating func table(labels: Int) throws(ModelProblem) -> UnsafeMutableRawBufferPointer {
        let slots = Int(try integer(UInt32.self))
        let stride = ModelFile.stride(labels: labels)
        guard slots > 0, slots & (slots - 1) == 0, bytes.count - offset == slots * stride else { throw Self.cutOff }
        let table = UnsafeMutableRawBufferPointer.allocate(byteCount: slots * stride, alignment: 64)
        table.copyMemory(from: Bytes(rebasing: bytes[offset...]))
        for slot in 0..<slots where table.load(fromByteOffset: slot * stride, as: UInt32.self) == 0 { return table }
        table.deallocate()
        throw ModelProblem("the model's table is full")
    }

    private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(ModelProblem) -> T {
        guard bytes.count - offset >= MemoryLayout<T>.size else { throw Self.cutOff }
        defer { offset += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    private mutating func numbers(_ count: Int) throws(ModelProblem) -> [Double] {
        var values: [Double] = []
        for _ in 0..<count {
            let value = Double(bitPattern: try integer(UInt64.self))
            guard value.isFinite else { throw ModelProblem("the model holds a number that is none") }
            values.append(value)
        }
        return values
    }

    private mutating func strings(_ count: Int) throws(ModelProblem) -> [String] {
        var texts: [String] = []
        for _ in 0..<count {
            let length = Int(try integer(UInt16.self))
            guard bytes.count - offset >= length else { throw Self.cutOff }
            texts.append(String(decoding: bytes[offset..<offset + length], as: UTF8.self))
            offset += length
        }
        return texts
    }
}
