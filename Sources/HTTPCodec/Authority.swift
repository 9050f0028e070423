/// Whether bytes are `uri-host [":" port]` (RFC 3986, 3.2.2) that no other server would read
/// differently. Used for `Host` and for absolute-form targets. Resolves nothing.
import Vocabulary

enum Authority {
    /// A DNS name has at most 253 bytes; leave room for escapes and a port.
    private static let longest = 512
    private static let highestPort = 65_535

    static func isValid(_ bytes: Bytes) -> Bool {
        guard bytes.count > 0, bytes.count <= longest else { return false }
        guard let end = bytes[0] == ASCII.openBracket ? literalEnd(bytes) : nameEnd(bytes) else {
            return false
        }
        if end == bytes.count { return true }
        return bytes[end] == ASCII.colon && isPort(bytes.slice(end &+ 1, bytes.count))
    }

    /// Where a non-empty registered name or IPv4 address ends.
    private static func nameEnd(_ bytes: Bytes) -> Int? {
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if ByteSet.host.contains(byte) {
                offset &+= 1
            } else if byte == ASCII.percent {
                guard isHarmlessEscape(bytes, offset) else { return nil }
                offset &+= 3
            } else {
                break
            }
        }
        return offset > 0 ? offset : nil
    }

    /// An escape in a name may stand for UTF-8 only: `%2F` or `%40` would move the end of the host
    /// for who decodes first.
    private static func isHarmlessEscape(_ bytes: Bytes, _ offset: Int) -> Bool {
        guard offset &+ 2 < bytes.count else { return false }
        let high = bytes[offset &+ 1].hexValue
        return high >= 8 && high < 16 && bytes[offset &+ 2].hexValue < 16
    }

    /// Where a bracketed IPv6 address ends. Zone identifiers and IPvFuture are refused.
    private static func literalEnd(_ bytes: Bytes) -> Int? {
        var offset = 1
        while offset < bytes.count, bytes[offset] != ASCII.closeBracket {
            guard ByteSet.addressLiteral.contains(bytes[offset]) else { return nil }
            offset &+= 1
        }
        guard offset < bytes.count, isIPv6(bytes.slice(1, offset)) else { return nil }
        return offset &+ 1
    }

    /// Eight groups of one to four hexadecimal digits, one run of them elided by `::`, the last two
    /// perhaps as an IPv4 address.
    private static func isIPv6(_ text: Bytes) -> Bool {
        var groups = 0
        var elided = false
        var offset = 0
        if text.count >= 2, text[0] == ASCII.colon {
            guard text[1] == ASCII.colon else { return false }
            elided = true
            offset = 2
        }
        while offset < text.count {
            let start = offset
            while offset < text.count, text[offset].hexValue < 16 { offset &+= 1 }
            if offset < text.count, text[offset] == ASCII.dot {
                guard isIPv4(text.slice(start, text.count)) else { return false }
                groups &+= 2
                offset = text.count
                break
            }
            guard offset > start, offset &- start <= 4 else { return false }
            groups &+= 1
            if offset == text.count { break }
            offset &+= 1
            guard offset < text.count else { return false }
            if text[offset] == ASCII.colon {
                if elided { return false }
                elided = true
                offset &+= 1
            }
        }
        return elided ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: Bytes) -> Bool {
        var parts = 0
        var offset = 0
        while offset < text.count, parts < 4 {
            var value = 0
            let start = offset
            while offset < text.count, text[offset].isDigit, offset &- start < 3 {
                value = value &* 10 &+ Int(text[offset] &- 0x30)
                offset &+= 1
            }
            guard offset > start, value <= 255 else { return false }
            parts &+= 1
            if offset == text.count { return parts == 4 }
            guard text[offset] == ASCII.dot else { return false }
            offset &+= 1
        }
        return false
    }

    /// `*DIGIT`, at most 65535.
    private static func isPort(_ digits: Bytes) -> Bool {
        if digits.count == 0 { return true }
        guard let port = digits.decimal else { return false }
        return port <= highestPort
    }
}
