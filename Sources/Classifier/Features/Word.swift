/// Words of any bytes: letters and digits apart, camelCase and every separator split, ASCII and Latin-1
/// lowered, a plural's `s` dropped. Characters of scripts without spaces are words of their own. It
/// allocates nothing, knows no dictionary, and takes broken UTF-8 as it comes.

import Vocabulary

/// One word as a hash.
struct Word {
    /// Of the word without a plural's `s`, lowered.
    var hash: UInt64
    var range: Range<Int>
    var isNumber: Bool

    /// The hash of a text that is one word, for tables.
    static func hash(_ text: StaticString) -> UInt64 {
        var hash = Hash.start
        for index in 0..<text.utf8CodeUnitCount { Hash.add(text.utf8Start[index], to: &hash) }
        return hash
    }

    static func hash<S: Sequence<UInt8>>(of bytes: S) -> UInt64 {
        var hash = Hash.start
        for byte in bytes { Hash.add(byte, to: &hash) }
        return hash
    }
}

/// FNV-1a, 64 bits; `FeatureSet` mixes it before use.
enum Hash {
    static let start: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    static func add(_ byte: UInt8, to hash: inout UInt64) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}

struct WordReader {
    let bytes: Bytes
    private(set) var offset: Int

    /// Longest word; what is longer is cut, and its rest is another.
    static let longestWord = 40

    @inline(__always)
    init(_ bytes: Bytes, from offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func next() -> Word? {
        while offset < bytes.count {
            let byte = bytes[offset]
            switch CharacterClass.of(byte) {
            case .other: offset += 1
            case .digit: return number()
            case .lower, .upper: return letters()
            case .high: return isIdeograph(at: offset) ? ideograph() : letters()
            }
        }
        return nil
    }

    private mutating func number() -> Word {
        let start = offset
        var hash = Hash.start
        while offset < bytes.count, CharacterClass.of(bytes[offset]) == .digit, offset - start < Self.longestWord {
            Hash.add(bytes[offset], to: &hash)
            offset += 1
        }
        return Word(hash: hash, range: start..<offset, isNumber: true)
    }

    private mutating func ideograph() -> Word {
        let start = offset
        var hash = Hash.start
        let end = min(offset + 3, bytes.count)
        while offset < end {
            Hash.add(bytes[offset], to: &hash)
            offset += 1
        }
        return Word(hash: hash, range: start..<offset, isNumber: false)
    }

    private mutating func letters() -> Word {
        let start = offset
        var hash = Hash.start
        var before = Hash.start
        var beforeThat = Hash.start
        var first = Hash.start
        var previous = CharacterClass.other
        while offset < bytes.count, offset - start < Self.longestWord {
            let byte = bytes[offset]
            let kind = CharacterClass.of(byte)
            if kind == .other || kind == .digit { break }
            if kind == .upper, endsHump(previous, start) { break }
            if kind == .high, isIdeograph(at: offset) { break }
            first = beforeThat
            beforeThat = before
            before = hash
            Hash.add(lowered(byte, kind), to: &hash)
            offset += 1
            previous = kind
        }
        let count = offset - start
        let isPlural = count > 3 && isPluralEnd()
        if isPlural { hash = singular(count, before: before, beforeThat: beforeThat, first: first) }
        return Word(hash: hash, range: start..<offset, isNumber: false)
    }

    /// `ies` is a `y`; after `ss`, `x`, `ch` and `sh` the plural is `es`. The hashes are of the word without
    /// its last one, two and three bytes.
    private func singular(_ count: Int, before: UInt64, beforeThat: UInt64, first: UInt64) -> UInt64 {
        guard count > 4, bytes[offset - 2] | 0x20 == UInt8(ascii: "e") else { return before }
        switch bytes[offset - 3] | 0x20 {
        case UInt8(ascii: "i"):
            var hash = first
            Hash.add(UInt8(ascii: "y"), to: &hash)
            return hash
        case UInt8(ascii: "x"): return beforeThat
        case UInt8(ascii: "s"): return bytes[offset - 4] | 0x20 == UInt8(ascii: "s") ? beforeThat : before
        case UInt8(ascii: "h"):
            let other = bytes[offset - 4] | 0x20
            return other == UInt8(ascii: "c") || other == UInt8(ascii: "s") ? beforeThat : before
        default: return before
        }
    }

    /// `aB` ends a word before `B`; `ABc` ends it before `B` too.
    private func endsHump(_ previous: CharacterClass, _ start: Int) -> Bool {
        if previous == .lower { return true }
        guard previous == .upper, offset > start, offset + 1 < bytes.count else { return false }
        return CharacterClass.of(bytes[offset + 1]) == .lower
    }

    /// `s` but not `ss`, `us` or `is`.
    private func isPluralEnd() -> Bool {
        guard bytes[offset - 1] | 0x20 == UInt8(ascii: "s") else { return false }
        switch bytes[offset - 2] | 0x20 {
        case UInt8(ascii: "s"), UInt8(ascii: "u"), UInt8(ascii: "i"): return false
        default: return true
        }
    }

    @inline(__always)
    private func lowered(_ byte: UInt8, _ kind: CharacterClass) -> UInt8 {
        if kind == .upper { return byte | 0x20 }
        // The second byte of U+00C0...U+00DE.
        if kind == .high, byte >= 0x80, byte <= 0x9E, offset > 0, bytes[offset - 1] == 0xC3 { return byte | 0x20 }
        return byte
    }

    /// Kana, Han and Hangul: three bytes from E3 to ED.
    @inline(__always)
    private func isIdeograph(at offset: Int) -> Bool { bytes[offset] >= 0xE3 && bytes[offset] <= 0xED }
}

enum CharacterClass: UInt8 {
    case other, digit, lower, upper, high

    @inline(__always)
    static func of(_ byte: UInt8) -> CharacterClass {
        if byte >= 0x80 { return .high }
        if byte &- UInt8(ascii: "a") < 26 { return .lower }
        if byte &- UInt8(ascii: "A") < 26 { return .upper }
        if byte &- UInt8(ascii: "0") < 10 { return .digit }
        return .other
    }
}

extension FeatureExtractor {
    /// The hash under which the extractor knows a text of one word; nil if it is none or several.
    public static func wordHash(_ text: Bytes) -> UInt64? {
        var reader = WordReader(text)
        guard let word = reader.next(), reader.next() == nil else { return nil }
        return word.hash
    }
}
