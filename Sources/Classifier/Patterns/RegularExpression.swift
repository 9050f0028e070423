/// The regular expressions of rules: reads their text into `PatternSyntax`. It owns the syntax and
/// its error messages; matching is the automaton's.
///
/// Bytes, unanchored, linear time. Literals (UTF-8), `.` (any byte but a line feed; any at all after
/// `(?s)`), classes `[a-z]` and `[^a-z]` over ASCII, `\d \D \w \W \s \S`, `\t \n \r \f \v \0 \xHH`,
/// a backslash before punctuation, groups `( )` and `(?: )`, `|`, `* + ? {m} {m,} {m,n}`, `^` and `$`
/// (the ends of the text), `(?i)` and `(?s)` to the end of the group. Not to be had, because they
/// cannot be matched in linear time or mean nothing for a yes or no: back-references, look-around,
/// `\b`, lazy and possessive quantifiers.
struct RegularExpression {
    /// Deeper nesting is nothing a person writes; the reader recurses once a level.
    static let deepestGroup = 64
    /// Most copies one `{m,n}` may ask for.
    static let mostRepetitions = 1000

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var ignoreCase: Bool
    private var dotMatchesLineFeed = false

    static func parse(
        _ text: String, ignoreCase: Bool
    ) throws(PatternProblem) -> PatternSyntax {
        var parser = RegularExpression(bytes: Array(text.utf8), ignoreCase: ignoreCase)
        let syntax = try parser.alternatives()
        guard parser.position == parser.bytes.count else {
            throw parser.problem("')' without '('")
        }
        return syntax
    }

    private init(bytes: [UInt8], ignoreCase: Bool) {
        self.bytes = bytes
        self.ignoreCase = ignoreCase
    }

    private func problem(_ message: String, at place: Int? = nil) -> PatternProblem {
        PatternProblem(message: message, position: place ?? position)
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() throws(PatternProblem) -> PatternSyntax {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternProblem) -> PatternSyntax {
        var items: [PatternSyntax] = []
        while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let place = position
            let item = try atom()
            let repeated = try quantified(item, from: place)
            items.append(repeated)
        }
        return .sequence(items)
    }

    private mutating func atom() throws(PatternProblem) -> PatternSyntax {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .oneOf(try characterClass())
        case UInt8(ascii: "."):
            return .oneOf(dotMatchesLineFeed ? .all : ByteSet(0x0A).inverted)
        case UInt8(ascii: "^"): return .start
        case UInt8(ascii: "$"): return .end
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw problem("nothing to repeat", at: position - 1)
        case UInt8(ascii: "\\"): return .oneOf(folded(try escape()))
        case 0..<0x80: return .oneOf(folded(ByteSet(byte)))
        default: return character(from: byte)
        }
    }

    private func folded(_ set: ByteSet) -> ByteSet { ignoreCase ? set.caseFolded : set }

    /// A character beyond ASCII is one unit for a quantifier after it.
    private mutating func character(from lead: UInt8) -> PatternSyntax {
        var parts = [lead]
        while let byte = peek, byte & 0xC0 == 0x80 {
            parts.append(byte)
            position += 1
        }
        return .literal(parts, ignoreCase: false)
    }
}

/// Groups and quantifiers.
extension RegularExpression {
    private mutating func group() throws(PatternProblem) -> PatternSyntax {
        let opening = position - 1
        guard depth < Self.deepestGroup else { throw problem("groups nest too deep", at: opening) }
        let (outerCase, outerDot) = (ignoreCase, dotMatchesLineFeed)
        if take("?") {
            if try flagsToTheEnd(opening) { return .empty }
        }
        depth += 1
        let inner = try alternatives()
        depth -= 1
        guard take(")") else { throw problem("'(' without ')'", at: opening) }
        (ignoreCase, dotMatchesLineFeed) = (outerCase, outerDot)
        return inner
    }

    /// After `(?`: true for `(?i)`, which sets flags for the rest of the enclosing group; false for
    /// `(?:` and `(?i:`, which open a group.
    private mutating func flagsToTheEnd(_ opening: Int) throws(PatternProblem) -> Bool {
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: ":"): return false
            case UInt8(ascii: ")"): return true
            case UInt8(ascii: "i"): ignoreCase = true
            case UInt8(ascii: "s"): dotMatchesLineFeed = true
            case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"):
                throw problem("look-around and named groups are not supported", at: opening)
            default:
                throw problem("only the flags i and s are supported", at: position - 1)
            }
        }
        throw problem("'(' without ')'", at: opening)
    }

    private mutating func quantified(
        _ item: PatternSyntax, from place: Int
    ) throws(PatternProblem) -> PatternSyntax {
        let mark = position
        let result: PatternSyntax
        if take("*") {
            result = .repeated(item, least: 0, most: nil)
        } else if take("+") {
            result = .repeated(item, least: 1, most: nil)
        } else if take("?") {
            result = .repeated(item, least: 0, most: 1)
        } else if take("{") {
            let (least, most) = try bounds(mark)
            result = .repeated(item, least: least, most: most)
        } else {
            return item
        }
        switch item {
        case .start, .end: throw problem("nothing to repeat", at: mark)
        default: break
        }
        switch peek {
        case UInt8(ascii: "?"): throw problem("lazy quantifiers are not supported")
        case UInt8(ascii: "+"): throw problem("possessive quantifiers are not supported")
        case UInt8(ascii: "*"), UInt8(ascii: "{"): throw problem("nothing to repeat")
        default: return result
        }
    }

    /// After `{`.
    private mutating func bounds(_ opening: Int) throws(PatternProblem) -> (Int, Int?) {
        guard let least = try number() else {
            throw problem("'{' needs {m}, {m,} or {m,n}; write \\{ for a brace", at: opening)
        }
        var most: Int? = least
        if take(",") { most = try number() }
        guard take("}") else { throw problem("'{' without '}'", at: opening) }
        if let most, most < least { throw problem("{m,n} with n below m", at: opening) }
        return (least, most)
    }

    private mutating func number() throws(PatternProblem) -> Int? {
        let place = position
        var value: Int?
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let next = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard next <= Self.mostRepetitions else {
                throw problem("more than \(Self.mostRepetitions) repetitions", at: place)
            }
            value = next
            position += 1
        }
        return value
    }
}

/// Classes and escapes.
extension RegularExpression {
    /// After `[`.
    private mutating func characterClass() throws(PatternProblem) -> ByteSet {
        let opening = position - 1
        let negated = take("^")
        var set = ByteSet()
        var first = true
        while first || peek != UInt8(ascii: "]") {
            guard peek != nil else { throw problem("'[' without ']'", at: opening) }
            set.formUnion(try classItem(opening))
            first = false
        }
        position += 1
        set = folded(set)
        return negated ? set.inverted : set
    }

    private mutating func classItem(_ opening: Int) throws(PatternProblem) -> ByteSet {
        let place = position
        let (low, lowByte) = try classMember(opening)
        guard peek == UInt8(ascii: "-"), position + 1 < bytes.count,
            bytes[position + 1] != UInt8(ascii: "]")
        else { return low }
        position += 1
        let (_, highByte) = try classMember(opening)
        guard let lowByte, let highByte else { throw problem("a range needs two bytes", at: place) }
        guard lowByte <= highByte else { throw problem("a range runs backwards", at: place) }
        return ByteSet(lowByte...highByte)
    }

    /// A set, and the byte if it is a single one.
    private mutating func classMember(_ opening: Int) throws(PatternProblem) -> (ByteSet, UInt8?) {
        guard let byte = peek else { throw problem("'[' without ']'", at: opening) }
        guard byte < 0x80 else {
            throw problem("a class takes ASCII only; use (?:é|è) instead")
        }
        if byte == UInt8(ascii: "["), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: ":")
        {
            throw problem("named classes are not supported")
        }
        position += 1
        guard byte == UInt8(ascii: "\\") else { return (ByteSet(byte), byte) }
        let set = try escape()
        return (set, set.onlyByte)
    }

    /// After a backslash.
    private mutating func escape() throws(PatternProblem) -> ByteSet {
        let place = position - 1
        guard let byte = peek else { throw problem("a backslash at the end", at: place) }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .wordBytes
        case UInt8(ascii: "W"): return ByteSet.wordBytes.inverted
        case UInt8(ascii: "s"): return .space
        case UInt8(ascii: "S"): return ByteSet.space.inverted
        case UInt8(ascii: "t"): return ByteSet(0x09)
        case UInt8(ascii: "n"): return ByteSet(0x0A)
        case UInt8(ascii: "v"): return ByteSet(0x0B)
        case UInt8(ascii: "f"): return ByteSet(0x0C)
        case UInt8(ascii: "r"): return ByteSet(0x0D)
        case UInt8(ascii: "0"): return ByteSet(0x00)
        case UInt8(ascii: "x"): return ByteSet(try hexByte(place))
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"):
            throw problem("back-references are not supported", at: place)
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            throw problem("word boundaries are not supported", at: place)
        case 0x21...0x7E where !ByteSet.wordBytes.contains(byte): return ByteSet(byte)
        default: throw problem("unknown escape", at: place)
        }
    }

    private mutating func hexByte(_ place: Int) throws(PatternProblem) -> UInt8 {
        guard position + 2 <= bytes.count,
            let high = hexDigit(bytes[position]), let low = hexDigit(bytes[position + 1])
        else { throw problem("\\x needs two hexadecimal digits", at: place) }
        position += 2
        return high << 4 | low
    }
}

extension ByteSet {
    fileprivate static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))

    fileprivate static let wordBytes: ByteSet = {
        var set = digits
        set.insert(UInt8(ascii: "a")...UInt8(ascii: "z"))
        set.insert(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        set.insert(UInt8(ascii: "_"))
        return set
    }()

    fileprivate static let space: ByteSet = {
        var set = ByteSet(0x09...0x0D)
        set.insert(0x20)
        return set
    }()

    fileprivate var onlyByte: UInt8? {
        var found: UInt8?
        for byte in UInt8.min...UInt8.max where contains(byte) {
            if found != nil { return nil }
            found = byte
        }
        return found
    }
}
