/// A JSON number (RFC 8259, 6) from its bytes, without the C library, an allocation or a trap.
/// Exact for what people write in requests; the last digit of longer ones may differ.

import Vocabulary

enum JSONNumber {
    /// Powers beyond this are zero or infinity in any case.
    private static let greatestPower = 400

    /// Nil unless all of `bytes` is one number.
    static func parse(_ bytes: Bytes) -> Double? {
        var offset = 0
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        if negative { offset = 1 }
        var mantissa: UInt64 = 0
        var power = 0
        var digits = 0
        var fraction = false
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "."), !fraction, digits > 0 {
                fraction = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                digits += 1
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + UInt64(byte &- UInt8(ascii: "0"))
                    if fraction { power -= 1 }
                } else if !fraction {
                    power += 1
                }
            } else {
                break
            }
            offset += 1
        }
        guard digits > 0, bytes[offset - 1] != UInt8(ascii: ".") else { return nil }
        if offset < bytes.count {
            guard let exponent = exponent(bytes, from: offset) else { return nil }
            power += exponent
        }
        let value = scale(Double(mantissa), by: power)
        return negative ? -value : value
    }

    private static func exponent(_ bytes: Bytes, from start: Int) -> Int? {
        var offset = start
        guard bytes[offset] | 0x20 == UInt8(ascii: "e") else { return nil }
        offset += 1
        guard offset < bytes.count else { return nil }
        let negative = bytes[offset] == UInt8(ascii: "-")
        if negative || bytes[offset] == UInt8(ascii: "+") { offset += 1 }
        guard offset < bytes.count else { return nil }
        var value = 0
        while offset < bytes.count {
            let digit = bytes[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // Grows no further than one digit past the bound, however long the text.
            if value <= 1_000_000 { value = value * 10 + Int(digit) }
            offset += 1
        }
        return negative ? -value : value
    }

    private static func scale(_ value: Double, by power: Int) -> Double {
        if value == 0 || power == 0 { return value }
        var steps = min(abs(power), greatestPower)
        var factor = 10.0
        var result = value
        // Dividing by an exact power keeps short decimals exact (0.1 is 1 / 10).
        var product = 1.0
        while steps > 0 {
            if steps & 1 == 1 { product *= factor }
            factor *= factor
            steps >>= 1
        }
        result = power < 0 ? result / product : result * product
        return result
    }
}
