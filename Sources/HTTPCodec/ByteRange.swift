/// A stretch of a message head as offset and length. It owns no bytes and never checks what they
/// say: whoever made it has validated them.
import Vocabulary

package struct ByteRange: Hashable, Sendable {
    package var offset: UInt32
    package var length: UInt32

    @inlinable
    package init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    /// Heads are bounded by `limits.head`, far below 32 bits.
    @inlinable
    package init(_ start: Int, _ end: Int) {
        offset = UInt32(truncatingIfNeeded: start)
        length = UInt32(truncatingIfNeeded: end &- start)
    }

    @inlinable package static var empty: ByteRange { ByteRange(offset: 0, length: 0) }
    @inlinable package var isEmpty: Bool { length == 0 }

    /// The bytes this range means within the head it was made from.
    @inlinable
    package func of(_ bytes: Bytes) -> Bytes {
        let start = Int(offset)
        let count = Int(length)
        precondition(start + count <= bytes.count, "a range of another head")
        return Bytes(rebasing: bytes[start..<(start + count)])
    }
}
