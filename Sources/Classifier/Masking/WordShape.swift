/// What a run of bytes looks like, whatever it means: an identifier, a date, something nobody would have
/// made up as a word. Looks at a bounded number of bytes and keeps nothing.

import Vocabulary

struct WordShape {
    /// Bytes looked at: no identifier needs more to be told from words.
    static let window = 128

    private(set) var count = 0
    private(set) var digits = 0
    private(set) var letters = 0
    private(set) var hexDigits = 0
    /// Neighbours of different kinds: lower case, upper case, digit. A capital before small letters is
    /// how words begin, and does not count.
    private(set) var changes = 0
    private(set) var capitalsWithin = 0

    init(_ word: Bytes) {
        count = min(word.count, Self.window)
        var previous = Kind.other
        var index = 0
        while index < count {
            let byte = word[index]
            let kind = Kind(byte)
            if kind == .digit { digits &+= 1 }
            if kind == .lower || kind == .upper { letters &+= 1 }
            if hexDigit(byte) != nil { hexDigits &+= 1 }
            if kind != previous, kind != .other, previous != .other,
                !(previous == .upper && kind == .lower)
            {
                changes &+= 1
                if previous == .lower && kind == .upper { capitalsWithin &+= 1 }
            }
            previous = kind
            index &+= 1
            if !isRandom { judge(index) }
        }
    }

    /// Long and mixed as keys, hashes and tokens are, and neither names nor slugs; judged of every
    /// beginning, so that what is random stays so however it goes on.
    private(set) var isRandom = false

    private mutating func judge(_ length: Int) {
        if length >= 20, digits >= 1 || capitalsWithin >= 4, changes &* 5 >= length { isRandom = true }
        if length >= 16, digits >= 3, changes &* 3 >= length { isRandom = true }
    }

    private enum Kind {
        case lower, upper, digit, other

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .lower
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            default: self = .other
            }
        }
    }

    /// A number, or a word that is mostly one, or random: names one thing among many of its kind.
    var isIdentifier: Bool {
        guard digits > 0 else { return isRandom }
        if digits == count { return true }
        if count >= 8, hexDigits == count { return true }
        if digits >= 4, digits &* 2 >= count { return true }
        return isRandom || (count >= 12 && digits >= 3 && changes &* 4 >= count)
    }

    /// `8-4-4-4-12` hexadecimal digits at `start`.
    static func isUUID(_ bytes: Bytes, at start: Int) -> Bool {
        guard bytes.count - start >= 36 else { return false }
        for index in 0..<36 {
            let byte = bytes[start + index]
            let isHyphen = index == 8 || index == 13 || index == 18 || index == 23
            guard isHyphen ? byte == UInt8(ascii: "-") : hexDigit(byte) != nil else { return false }
        }
        return true
    }

    /// `2024-01-15` at `start`.
    static func isDate(_ bytes: Bytes, at start: Int) -> Bool {
        guard bytes.count - start >= 10 else { return false }
        for index in 0..<10 {
            let byte = bytes[start + index]
            let isHyphen = index == 4 || index == 7
            guard isHyphen ? byte == UInt8(ascii: "-") : byte &- UInt8(ascii: "0") < 10 else {
                return false
            }
        }
        return true
    }
}
