/// Any bytes as a JSON string (RFC 8259, 7). What is not UTF-8 becomes U+FFFD; what was hostile
/// stays inside the quotes. `<` is escaped too, so that the text may stand in a page.

import Vocabulary

package enum JSONText {
    package static func append(_ bytes: Bytes, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte >= 0x80 {
                append(repaired: bytes, from: index, plain: start, to: &text)
                return text.append(UInt8(ascii: "\""))
            }
            if isPlain(byte) {
                index += 1
                continue
            }
            text += bytes[start..<index]
            append(escaped: byte, to: &text)
            index += 1
            start = index
        }
        text += bytes[start..<bytes.count]
        text.append(UInt8(ascii: "\""))
    }

    package static func append(_ string: String, to text: inout [UInt8]) {
        var string = string
        string.withUTF8 { append(Bytes($0), to: &text) }
    }

    /// From the first byte beyond ASCII on: the standard library repairs, then every byte is looked at.
    private static func append(
        repaired bytes: Bytes, from index: Int, plain start: Int, to text: inout [UInt8]
    ) {
        text += bytes[start..<index]
        for byte in String(decoding: bytes[index...], as: UTF8.self).utf8 {
            if isPlain(byte) { text.append(byte) } else { append(escaped: byte, to: &text) }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            && byte != UInt8(ascii: "<")
    }

    private static func append(escaped byte: UInt8, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
        case 0x0A: text.append(UInt8(ascii: "n"))
        case 0x0D: text.append(UInt8(ascii: "r"))
        case 0x09: text.append(UInt8(ascii: "t"))
        default:
            text.append("u00")
            for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }
}
