/// Reading bytes eight at a time: finding the next control character and comparing with literals.
/// Every function stays inside the buffer; none interprets what it finds.
import Vocabulary

extension UnsafeRawBufferPointer {
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The offset of the first byte at or after `start` that is below 0x20 or 0x7F; `count` if none.
    @inline(__always)
    func firstControl(from start: Int) -> Int {
        var offset = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while offset &+ 8 <= count {
            let word = word(at: offset)
            let deleted = word ^ (ones &* 0x7F)
            // The classic "has a byte below n"; a borrow can only raise false marks above a true one.
            let below = (word &- ones &* 0x20) & ~word
            let found = (below | (deleted &- ones) & ~deleted) & highs
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < count {
            let byte = self[offset]
            if byte < 0x20 || byte == ASCII.delete { return offset }
            offset &+= 1
        }
        return count
    }

    /// The same bytes, case and all.
    @inline(__always)
    func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        var offset = 0
        while offset < count {
            if self[offset] != literal.utf8Start[offset] { return false }
            offset &+= 1
        }
        return true
    }

    /// The same bytes but for the case of letters; `literal` is in lower case. Setting bit 5 makes
    /// no false match among printable bytes other than ``@[\]^_`` with ``` `{|}~``` and DEL, which no
    /// literal here contains.
    @inline(__always)
    func matches(_ literal: StaticString) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard count == length else { return false }
        let other = Bytes(start: literal.utf8Start, count: length)
        let fold: UInt64 = 0x2020_2020_2020_2020
        var offset = 0
        while offset &+ 8 <= length {
            if word(at: offset) | fold != other.word(at: offset) { return false }
            offset &+= 8
        }
        while offset < length {
            if self[offset] | 0x20 != other[offset] { return false }
            offset &+= 1
        }
        return true
    }

    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> Bytes {
        Bytes(rebasing: self[start..<end])
    }
}
