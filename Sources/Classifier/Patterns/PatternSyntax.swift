/// What a pattern means, as a tree over sets of bytes: the common form of globs, substrings and
/// regular expressions. It exists only while rules are compiled, never while a request is matched.

struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    init(_ byte: UInt8) { insert(byte) }

    init(_ range: ClosedRange<UInt8>) { insert(range) }

    static let all = ByteSet(0...255)

    mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    mutating func formUnion(_ other: ByteSet) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }

    var inverted: ByteSet {
        var result = self
        result.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return result
    }

    /// With both cases of every ASCII letter in it.
    var caseFolded: ByteSet {
        var result = self
        for lower in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let upper = lower - 32
            if contains(lower) { result.insert(upper) }
            if contains(upper) { result.insert(lower) }
        }
        return result
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

indirect enum PatternSyntax: Sendable {
    case oneOf(ByteSet)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])
    /// `most` nil is without end.
    case repeated(PatternSyntax, least: Int, most: Int?)
    case start
    case end

    static let empty = PatternSyntax.sequence([])

    /// The bytes of `text` in a row, letters in either case on request.
    static func literal(_ text: some Sequence<UInt8>, ignoreCase: Bool) -> PatternSyntax {
        .sequence(text.map { .oneOf(ignoreCase ? ByteSet($0).caseFolded : ByteSet($0)) })
    }

    /// A glob matches all of a text. A `*` at either end is an open end rather than a loop, so that
    /// `prefix*` is decided as soon as the prefix has been seen.
    static func glob(_ text: String, ignoreCase: Bool) -> PatternSyntax {
        var bytes = Array(text.utf8)[...]
        let star = UInt8(ascii: "*")
        let openStart = bytes.first == star
        while bytes.first == star { bytes.removeFirst() }
        let openEnd = bytes.last == star || (openStart && bytes.isEmpty)
        while bytes.last == star { bytes.removeLast() }
        var parts: [PatternSyntax] = openStart ? [] : [.start]
        for byte in bytes {
            switch byte {
            case star: parts.append(.repeated(.oneOf(.all), least: 0, most: nil))
            case UInt8(ascii: "?"): parts.append(oneCharacter)
            default: parts.append(literal([byte], ignoreCase: ignoreCase))
            }
        }
        if !openEnd { parts.append(.end) }
        return .sequence(parts)
    }

    /// One UTF-8 sequence; a byte that starts none counts as a character of its own.
    private static let oneCharacter: PatternSyntax = {
        let next = PatternSyntax.oneOf(ByteSet(0x80...0xBF))
        var alone = ByteSet(0x00...0xC1)
        alone.insert(0xF5...0xFF)
        return .alternatives([
            .oneOf(alone),
            .sequence([.oneOf(ByteSet(0xC2...0xDF)), next]),
            .sequence([.oneOf(ByteSet(0xE0...0xEF)), next, next]),
            .sequence([.oneOf(ByteSet(0xF0...0xF4)), next, next, next]),
        ])
    }()
}

/// Why a pattern was refused. `position` counts bytes of the pattern from zero.
struct PatternProblem: Error, Equatable {
    var message: String
    var position: Int?

    var description: String { position.map { "\(message) (at byte \($0))" } ?? message }
}
