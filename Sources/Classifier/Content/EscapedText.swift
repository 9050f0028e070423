/// Reading text that is written with escapes, byte by byte, so that nothing has to be copied to be
/// compared: JSON strings (RFC 8259, 7) and percent-encoded queries. Broken escapes stand for
/// themselves; nothing is refused.

import Vocabulary

@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
}

/// A JSON string's content: the bytes between its quotes, or up to where the body was cut off.
struct JSONString {
    var raw: Bytes
    var hasEscapes: Bool
    /// Whether the closing quote has been seen.
    var isComplete: Bool

    var decoded: JSONStringReader { JSONStringReader(raw) }

    func equals(_ text: Bytes) -> Bool {
        guard hasEscapes else { return raw.elementsEqual(bytesOf: text) }
        var reader = decoded
        for byte in text where reader.next() != byte { return false }
        return reader.next() == nil
    }

    func matches(_ automaton: Automaton) -> Bool {
        guard hasEscapes else { return automaton.matches(raw, atEnd: isComplete) }
        var state = automaton.start
        var reader = decoded
        while !automaton.isDecided(state), let byte = reader.next() {
            state = automaton.step(state, byte)
        }
        return automaton.accepts(state, atEnd: isComplete)
    }
}

struct JSONStringReader {
    private let raw: Bytes
    private var offset = 0
    /// UTF-8 bytes of an escape that are still to be handed out, first one lowest.
    private var waiting: UInt32 = 0
    private var waitingCount = 0

    init(_ raw: Bytes) { self.raw = raw }

    mutating func next() -> UInt8? {
        if waitingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: waiting)
            waiting >>= 8
            waitingCount -= 1
            return byte
        }
        guard offset < raw.count else { return nil }
        let byte = raw[offset]
        offset += 1
        guard byte == UInt8(ascii: "\\"), offset < raw.count else { return byte }
        let escape = raw[offset]
        offset += 1
        switch escape {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "u"): return unicodeEscape()
        default: return escape
        }
    }

    /// After `\u`. A surrogate without its partner becomes U+FFFD.
    private mutating func unicodeEscape() -> UInt8? {
        guard var scalar = codeUnit(at: offset) else { return UInt8(ascii: "u") }
        offset += 4
        if scalar & 0xF800 == 0xD800 {
            if scalar & 0x0400 == 0, offset + 2 <= raw.count, raw[offset] == UInt8(ascii: "\\"),
                raw[offset + 1] == UInt8(ascii: "u"), let low = codeUnit(at: offset + 2),
                low & 0xFC00 == 0xDC00
            {
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
                offset += 6
            } else {
                scalar = 0xFFFD
            }
        }
        return encode(scalar)
    }

    private func codeUnit(at start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = hexDigit(raw[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func encode(_ scalar: UInt32) -> UInt8 {
        let last = 0x80 | scalar & 0x3F
        let middle = 0x80 | scalar >> 6 & 0x3F
        switch scalar {
        case 0..<0x80:
            return UInt8(truncatingIfNeeded: scalar)
        case 0x80..<0x800:
            waiting = last
            waitingCount = 1
            return UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
        case 0x800..<0x10000:
            waiting = middle | last << 8
            waitingCount = 2
            return UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
        default:
            waiting = 0x80 | scalar >> 12 & 0x3F | middle << 8 | last << 16
            waitingCount = 3
            return UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
        }
    }
}

/// One name or value of a query (`application/x-www-form-urlencoded`: `+` is a space).
struct QueryText {
    var raw: Bytes

    func equals(_ text: Bytes) -> Bool {
        var offset = 0
        for byte in text where next(&offset) != byte { return false }
        return offset == raw.count
    }

    func matches(_ automaton: Automaton) -> Bool {
        var state = automaton.start
        var offset = 0
        while !automaton.isDecided(state), let byte = next(&offset) {
            state = automaton.step(state, byte)
        }
        return automaton.accepts(state, atEnd: true)
    }

    @inline(__always)
    private func next(_ offset: inout Int) -> UInt8? {
        guard offset < raw.count else { return nil }
        let byte = raw[offset]
        offset += 1
        if byte == UInt8(ascii: "+") { return 0x20 }
        guard byte == UInt8(ascii: "%"), offset + 2 <= raw.count,
            let high = hexDigit(raw[offset]), let low = hexDigit(raw[offset + 1])
        else { return byte }
        offset += 2
        return high << 4 | low
    }
}

/// The parameters of a query, one after the other.
struct QueryParameters {
    private let query: Bytes
    private var offset = 0

    init(_ query: Bytes) { self.query = query }

    mutating func next() -> (name: QueryText, value: QueryText)? {
        guard offset < query.count else { return nil }
        let start = offset
        var equals: Int?
        while offset < query.count, query[offset] != UInt8(ascii: "&") {
            if equals == nil, query[offset] == UInt8(ascii: "=") { equals = offset }
            offset += 1
        }
        let end = offset
        offset += 1
        let name = Bytes(rebasing: query[start..<(equals ?? end)])
        let value = Bytes(rebasing: query[min((equals ?? end) + 1, end)..<end])
        return (QueryText(raw: name), QueryText(raw: value))
    }
}

extension Bytes {
    @inline(__always)
    func elementsEqual(bytesOf other: Bytes) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index < count {
            if self[index] != other[index] { return false }
            index &+= 1
        }
        return true
    }

    /// `lowercased` holds no upper-case ASCII letter.
    @inline(__always)
    func equalsIgnoringCase(_ lowercased: Bytes) -> Bool {
        guard count == lowercased.count else { return false }
        var index = 0
        while index < count {
            if asciiLowercase(self[index]) != lowercased[index] { return false }
            index &+= 1
        }
        return true
    }
}

@inline(__always)
func asciiLowercase(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
}
