/// Sets of ASCII bytes as two words, for the per-byte loops of the parsers, and the grammar's sets
/// (RFC 9110, 5.6.2; RFC 3986). Bytes from 0x80 on are in no set.

struct ByteSet: Sendable {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && (word &>> UInt64(byte & 0x3F)) & 1 == 1
    }

    /// `A-Z a-z 0-9 -`: what nearly every field name is made of.
    static let plainName = ByteSet(low: 0x03FF_2000_0000_0000, high: 0x07FF_FFFE_07FF_FFFE)
    /// tchar: plain names and ``!#$%&'*+.^_`|~``.
    static let token = ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    /// VCHAR without `" # < > ? \`: what a path may hold as received from today's clients.
    /// RFC 3986 would also forbid ``[ ] ^ ` { | }``, which browsers and libraries send.
    static let path = ByteSet(low: 0x2FFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)
    /// A query is a path with `?` and `\`.
    static let query = ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    /// unreserved and sub-delims of a registered name, without the comma.
    static let host = ByteSet(low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    /// Digits, hexadecimal letters, `:` and `.`: inside the brackets of an IPv6 literal.
    static let addressLiteral = ByteSet(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E)
}

extension UInt8 {
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// The value of a hexadecimal digit, 0xFF for any other byte.
    @inline(__always) var hexValue: UInt8 {
        if self &- 0x30 < 10 { return self &- 0x30 }
        let lower = self | 0x20
        return lower &- 0x61 < 6 ? lower &- 0x57 : 0xFF
    }
}

/// The bytes the grammar turns on, by name.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let asterisk: UInt8 = 0x2A
    static let comma: UInt8 = 0x2C
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let delete: UInt8 = 0x7F
}
