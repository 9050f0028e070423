/// SipHash-2-4 with a 128-bit result (Aumasson and Bernstein, 2012, and the authors' 128-bit
/// variant), fed piece by piece. It owns the hash state of one message and never keeps the bytes it
/// is given.

import Vocabulary

struct SipHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    /// Bytes that do not fill a word yet, lowest first.
    private var tail: UInt64 = 0
    private var length: UInt64 = 0

    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    /// The part's length goes before it, so that no two lists of parts read the same.
    mutating func append(part bytes: Bytes) {
        append(word: UInt64(bytes.count))
        append(bytes)
    }

    mutating func append(word: UInt64) {
        absorb(word.littleEndian, byteCount: 8)
    }

    mutating func append(_ bytes: Bytes) {
        var offset = 0
        while bytes.count &- offset >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            absorb(UInt64(littleEndian: word), byteCount: 8)
            offset &+= 8
        }
        if offset < bytes.count {
            var word: UInt64 = 0
            var shift: UInt64 = 0
            let rest = bytes.count &- offset
            while offset < bytes.count {
                word |= UInt64(bytes[offset]) &<< shift
                shift &+= 8
                offset &+= 1
            }
            absorb(word, byteCount: UInt64(rest))
        }
    }

    mutating func finish() -> CacheKey {
        compress(tail | (length &<< 56))
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return CacheKey(low: low, high: v0 ^ v1 ^ v2 ^ v3)
    }

    /// Takes the lowest `byteCount` (1...8) bytes of a word whose other bytes are zero.
    @inline(__always)
    private mutating func absorb(_ word: UInt64, byteCount: UInt64) {
        let held = (length & 7) &<< 3
        let joined = tail | (word &<< held)
        if (length & 7) &+ byteCount >= 8 {
            compress(joined)
            tail = held == 0 ? 0 : word &>> (64 &- held)
        } else {
            tail = joined
        }
        length &+= byteCount
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 = v2 &+ v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }
}
