/// Reading a small JSON object strictly (RFC 8259): names, strings decoded, other values as they
/// stand. For the admin interface only; what does not parse is a `nil`, never a trap.

import Vocabulary

struct AdminJSON {
    enum Value {
        case text([UInt8])
        /// A number, object, array or literal: its bytes in the source.
        case raw(Range<Int>)
        case null
    }

    /// Nobody nests a payload deeper; recursion stays bounded.
    private static let deepest = 128

    private let bytes: Bytes
    private var offset = 0

    private init(_ bytes: Bytes) { self.bytes = bytes }

    /// The members of the one object `bytes` holds; the last of equal names counts.
    static func members(of bytes: Bytes) -> [String: Value]? {
        var reader = AdminJSON(bytes)
        var members: [String: Value] = [:]
        reader.skipSpace()
        guard reader.take(UInt8(ascii: "{")) else { return nil }
        reader.skipSpace()
        if !reader.take(UInt8(ascii: "}")) {
            repeat {
                guard let name = reader.name(), let value = reader.value() else { return nil }
                members[name] = value
                reader.skipSpace()
            } while reader.take(UInt8(ascii: ","))
            guard reader.take(UInt8(ascii: "}")) else { return nil }
        }
        reader.skipSpace()
        return reader.offset == bytes.count ? members : nil
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }

    /// `"name" :` and the space around it.
    private mutating func name() -> String? {
        skipSpace()
        guard let text = string() else { return nil }
        skipSpace()
        guard take(UInt8(ascii: ":")) else { return nil }
        skipSpace()
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func value() -> Value? {
        if peek == UInt8(ascii: "\"") { return string().map { .text($0) } }
        let start = offset
        guard skipValue(depth: 0) else { return nil }
        return bytes[start] == UInt8(ascii: "n") ? .null : .raw(start..<offset)
    }

    private mutating func skipValue(depth: Int) -> Bool {
        guard depth < Self.deepest, let first = peek else { return false }
        switch first {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"): return skipMembers(named: true, end: UInt8(ascii: "}"), depth)
        case UInt8(ascii: "["): return skipMembers(named: false, end: UInt8(ascii: "]"), depth)
        case UInt8(ascii: "t"): return skip("true")
        case UInt8(ascii: "f"): return skip("false")
        case UInt8(ascii: "n"): return skip("null")
        default: return skipNumber()
        }
    }

    private mutating func skipMembers(named: Bool, end: UInt8, _ depth: Int) -> Bool {
        offset += 1
        skipSpace()
        if take(end) { return true }
        repeat {
            if named, name() == nil { return false }
            skipSpace()
            guard skipValue(depth: depth + 1) else { return false }
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(end)
    }

    private mutating func skip(_ literal: StaticString) -> Bool {
        for index in 0..<literal.utf8CodeUnitCount {
            guard take(literal.utf8Start[index]) else { return false }
        }
        return true
    }

    private mutating func skipNumber() -> Bool {
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = peek == UInt8(ascii: "0")
        let whole = skipDigits()
        guard whole > 0, !leadsWithZero || whole == 1 else { return false }
        if take(UInt8(ascii: ".")), skipDigits() == 0 { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            return skipDigits() > 0
        }
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while let byte = peek, byte >= 0x30, byte <= 0x39 { offset += 1 }
        return offset - start
    }

    /// Without its quotes and escapes.
    private mutating func string() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while let byte = peek {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard let byte = peek else { return false }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return false }
            append(unit, to: &text)
        default: return false
        }
        return true
    }

    /// A pair of surrogates is one character; one alone is U+FFFD.
    private mutating func append(_ unit: UInt16, to text: inout [UInt8]) {
        var units = [unit]
        if UTF16.isLeadSurrogate(unit) {
            let before = offset
            if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let second = codeUnit(), UTF16.isTrailSurrogate(second) {
                units.append(second)
            } else {
                offset = before
            }
        }
        text += String(decoding: units, as: UTF16.self).utf8
    }

    private mutating func codeUnit() -> UInt16? {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}
