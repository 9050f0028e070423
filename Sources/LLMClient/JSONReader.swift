/// A tolerant cursor over JSON (RFC 8259) that may be cut off or wrong anywhere: what can be read is
/// read, the rest is nil. It builds no document, and its own depth does not follow the input's.

import Vocabulary

struct JSONReader {
    private let bytes: Bytes
    private var offset: Int

    init(_ bytes: Bytes, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Calls `visit` with each member's name and a cursor at its value. False if there is no object.
    mutating func members(_ visit: ([UInt8], JSONReader) -> Void) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        while true {
            while take(UInt8(ascii: ",")) {}
            guard peek == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")) else { break }
            visit(name, self)
            guard skipValue() else { break }
        }
        _ = take(UInt8(ascii: "}"))
        return true
    }

    /// Calls `visit` with a cursor at each element. False if there is no array.
    mutating func elements(_ visit: (JSONReader) -> Void) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        while true {
            while take(UInt8(ascii: ",")) {}
            guard let next = peek, next != UInt8(ascii: "]") else { break }
            visit(self)
            guard skipValue() else { break }
        }
        _ = take(UInt8(ascii: "]"))
        return true
    }

    /// A whole string without its escapes; nil if it is none or is cut off.
    mutating func string() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): escape(into: &text)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// Nil also if the bytes end with it: more digits may have been cut off.
    mutating func number() -> Double? {
        skipSpace()
        let start = offset
        while offset < bytes.count, Self.isOfNumber(bytes[offset]) { offset += 1 }
        guard offset > start, offset < bytes.count else { return nil }
        let number = Double(String(decoding: bytes[start..<offset], as: UTF8.self))
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    private var peek: UInt8? {
        mutating get {
            skipSpace()
            return offset < bytes.count ? bytes[offset] : nil
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    /// False when the bytes are over within the value, or it is none.
    private mutating func skipValue() -> Bool {
        guard let first = peek else { return false }
        switch first {
        case UInt8(ascii: "\""): return skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"): return false
        default:
            while offset < bytes.count, !Self.endsLiteral(bytes[offset]) { offset += 1 }
            return offset < bytes.count
        }
    }

    private mutating func skipString() -> Bool {
        offset += 1
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        offset = bytes.count
        return false
    }

    private mutating func skipNested() -> Bool {
        var depth = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            offset += 1
            if depth == 0 { return true }
        }
        return false
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func endsLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): true
        default: false
        }
    }

    /// After a backslash. A broken escape stands for itself.
    private mutating func escape(into text: inout [UInt8]) {
        guard offset < bytes.count else { return }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            guard var unit = codeUnit() else { return text.append(byte) }
            if unit & 0xFC00 == 0xD800 { unit = lowSurrogate(after: unit) }
            text += String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8
        default: text.append(byte)
        }
    }

    private mutating func codeUnit() -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
        guard let unit = UInt32(digits, radix: 16) else { return nil }
        offset += 4
        return unit
    }

    /// The scalar of a pair, or the lone surrogate, which is no scalar.
    private mutating func lowSurrogate(after high: UInt32) -> UInt32 {
        let start = offset
        guard offset + 2 <= bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { return high }
        offset += 2
        guard let low = codeUnit(), low & 0xFC00 == 0xDC00 else {
            offset = start
            return high
        }
        return 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
    }
}
