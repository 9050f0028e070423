import Vocabulary

/// Numbers as decimal text at the end of a buffer, without a `String` in between. The caller has
/// made sure of the room.
extension ByteBuffer {
    /// Digits of the largest `UInt64`.
    static let decimalDigits = 20

    mutating func append(decimal value: UInt64) {
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits &+= 1
        }
        append(digits: value, width: digits)
    }

    /// Zeros in front up to `width`; a value that needs more digits loses its first ones.
    mutating func append(paddedDecimal value: Int, width: Int) {
        append(digits: UInt64(max(value, 0)), width: width)
    }

    /// `value` is in units of 10^-`places`; trailing zeros of the fraction are left away.
    mutating func append(fixed value: UInt64, places: Int) {
        var scale: UInt64 = 1
        for _ in 0..<places { scale &*= 10 }
        append(decimal: value / scale)
        var fraction = value % scale
        var width = places
        guard fraction > 0 else { return }
        while fraction % 10 == 0 {
            fraction /= 10
            width &-= 1
        }
        append(UInt8(ascii: "."))
        append(digits: fraction, width: width)
    }

    private mutating func append(digits value: UInt64, width: Int) {
        precondition(width <= room, "appended more than there was room for")
        let space = writable
        var rest = value
        var index = width
        while index > 0 {
            index &-= 1
            space[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        produced(width)
    }
}
