import Vocabulary

/// Hostile text made harmless: for a JSON string and for a quoted field of a log line. Never writes
/// more than the given limit, and never half an escape or half a character.
extension ByteBuffer {
    /// Control characters become `\u00XX`; each byte that is not UTF-8 becomes U+FFFD. A text that
    /// does not fit ends in `AccessLogLimits.cut`.
    mutating func append(jsonEscaped text: Bytes, limit: Int) {
        appendEscaped(text, limit: limit, unit: Self.jsonUnit)
    }

    /// Quote, backslash and all that is not printable ASCII become `\xHH`.
    mutating func append(logEscaped text: Bytes, limit: Int) {
        appendEscaped(text, limit: limit, unit: Self.logUnit)
    }

    /// What becomes of the bytes at one position.
    private enum Unit {
        /// So many bytes as they are.
        case plain(Int)
        case short(StaticString)
        /// One byte in hexadecimal, after this.
        case hexadecimal(StaticString)

        var taken: Int {
            if case .plain(let count) = self { count } else { 1 }
        }

        var written: Int {
            switch self {
            case .plain(let count): count
            case .short(let text): text.utf8CodeUnitCount
            case .hexadecimal(let prefix): prefix.utf8CodeUnitCount &+ 2
            }
        }
    }

    private mutating func appendEscaped(_ text: Bytes, limit: Int, unit: (Bytes, Int) -> Unit) {
        let cut = AccessLogLimits.cut.utf8CodeUnitCount
        let start = writer
        // Up to here the cut mark still fits; if the text goes on, this is where it is cut back to.
        var safe = start
        var index = 0
        while index < text.count {
            let next = unit(text, index)
            let length = Int(writer &- start)
            guard length &+ next.written <= limit else {
                writer = safe
                append(AccessLogLimits.cut)
                return
            }
            switch next {
            case .plain(let count): append(Bytes(rebasing: text[index..<index &+ count]))
            case .short(let escape): append(escape)
            case .hexadecimal(let prefix):
                append(prefix)
                append(hexadecimal: text[index])
            }
            index &+= next.taken
            if Int(writer &- start) &+ cut <= limit { safe = writer }
        }
    }

    /// A run is copied at once; its bound keeps the place to cut fine enough.
    private static let longestRun = 64

    private static func jsonUnit(_ text: Bytes, at index: Int) -> Unit {
        switch text[index] {
        case UInt8(ascii: "\""): return .short("\\\"")
        case UInt8(ascii: "\\"): return .short("\\\\")
        case 0..<0x20, 0x7f: return .hexadecimal("\\u00")
        case 0x80...:
            let length = utf8Length(text, at: index)
            return length > 0 ? .plain(length) : .short("\\ufffd")
        default: return .plain(run(text, from: index))
        }
    }

    private static func logUnit(_ text: Bytes, at index: Int) -> Unit {
        isPlain(text[index]) ? .plain(run(text, from: index)) : .hexadecimal("\\x")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func run(_ text: Bytes, from first: Int) -> Int {
        let end = min(text.count, first &+ longestRun)
        var index = first
        while index < end, isPlain(text[index]) { index &+= 1 }
        return index &- first
    }

    /// Of a well-formed sequence of more than one byte (Unicode 3.9, table 3-7), or 0.
    private static func utf8Length(_ text: Bytes, at index: Int) -> Int {
        let rest = text.count &- index
        func continues(_ offset: Int) -> Bool { text[index &+ offset] & 0xc0 == 0x80 }
        let lead = text[index]
        guard rest >= 2 else { return 0 }
        let second = text[index &+ 1]
        switch lead {
        case 0xc2...0xdf:
            return continues(1) ? 2 : 0
        case 0xe0...0xef:
            let isAllowed =
                switch lead {
                case 0xe0: second >= 0xa0 && second <= 0xbf  // Not overlong.
                case 0xed: second >= 0x80 && second <= 0x9f  // Not a surrogate.
                default: continues(1)
                }
            return isAllowed && rest >= 3 && continues(2) ? 3 : 0
        case 0xf0...0xf4:
            let isAllowed =
                switch lead {
                case 0xf0: second >= 0x90 && second <= 0xbf  // Not overlong.
                case 0xf4: second >= 0x80 && second <= 0x8f  // Not above U+10FFFF.
                default: continues(1)
                }
            return isAllowed && rest >= 4 && continues(2) && continues(3) ? 4 : 0
        default:
            return 0
        }
    }

    private mutating func append(hexadecimal byte: UInt8) {
        append(Self.hexadecimalDigit(byte >> 4))
        append(Self.hexadecimalDigit(byte & 15))
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
    }
}
