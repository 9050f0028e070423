/// A stretch of a message head as offset and length. It owns no bytes and never checks what they
/// say: whoever made it has validated them.
import Vocabulary

public struct ByteRange: Hashable, Sendable {
    public var offset: UInt32
    public var length: UInt32

    @inlinable
    public init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    /// Heads are bounded by `limits.head`, far below 32 bits.
    @inlinable
    public init(_ start: Int, _ end: Int) {
        offset = UInt32(truncatingIfNeeded: start)
        length = UInt32(truncatingIfNeeded: end &- start)
    }

    @inlinable public static var empty: ByteRange { ByteRange(offset: 0, length: 0) }
    @inlinable public var isEmpty: Bool { length == 0 }

    /// The bytes this range means within the head it was made from.
    @inlinable
    public func of(_ bytes: Bytes) -> Bytes {
        let start = Int(offset)
        let count = Int(length)
        precondition(start + count <= bytes.count, "a range of another head")
        return Bytes(rebasing: bytes[start..<(start + count)])
    }
}
