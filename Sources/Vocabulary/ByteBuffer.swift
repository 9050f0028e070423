/// One contiguous, fixed-capacity run of bytes with a reader and a writer position. It owns nothing:
/// the memory belongs to a `BufferPool` and goes back there. Moving the struct moves the lease, which
/// is how a body passes from one connection to its peer without being copied.
public struct ByteBuffer {
    public var base: UnsafeMutableRawPointer?
    public var limit: UInt32
    public var reader: UInt32
    public var writer: UInt32

    /// A buffer without memory: nothing to read, no room to write.
    @inlinable
    public init() {
        base = nil
        limit = 0
        reader = 0
        writer = 0
    }

    /// `capacity` must fit 32 bits; pools never hand out more.
    @inlinable
    public init(base: UnsafeMutableRawPointer, capacity: Int) {
        self.base = base
        limit = UInt32(capacity)
        reader = 0
        writer = 0
    }

    @inlinable public var capacity: Int { Int(limit) }
    @inlinable public var count: Int { Int(writer &- reader) }
    @inlinable public var isEmpty: Bool { writer == reader }
    @inlinable public var room: Int { Int(limit &- writer) }

    @inlinable public var readable: Bytes {
        guard let base else { return Bytes(start: nil, count: 0) }
        return Bytes(start: base + Int(reader), count: count)
    }

    @inlinable public var writable: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + Int(writer), count: room)
    }

    /// Drops `count` bytes from the front; an emptied buffer starts over at its beginning.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "consumed more than is readable")
        reader &+= UInt32(count)
        if reader == writer {
            reader = 0
            writer = 0
        }
    }

    /// Counts `count` bytes that were written into `writable`.
    @inlinable
    public mutating func produced(_ count: Int) {
        precondition(count >= 0 && count <= room, "produced more than there was room for")
        writer &+= UInt32(count)
    }

    /// The caller has made sure of the room: a lack of it is a bug, not a peer's doing.
    @inlinable
    public mutating func append(_ bytes: Bytes) {
        guard bytes.count > 0, let source = bytes.baseAddress else { return }
        precondition(bytes.count <= room, "appended more than there was room for")
        writable.baseAddress.unsafelyUnwrapped.copyMemory(from: source, byteCount: bytes.count)
        writer &+= UInt32(bytes.count)
    }

    @inlinable
    public mutating func append(_ text: StaticString) {
        append(Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        precondition(room > 0, "appended more than there was room for")
        writable[0] = byte
        writer &+= 1
    }

    /// Moves what is readable to the front, so that all room is behind it.
    @inlinable
    public mutating func compact() {
        guard reader > 0, let base else { return }
        base.copyMemory(from: base + Int(reader), byteCount: count)
        writer &-= reader
        reader = 0
    }
}

extension ByteBuffer {
    /// Cuts `range` (offsets into `readable`) out and closes the gap.
    public mutating func remove(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "cut more than is readable")
        guard !range.isEmpty, let base else { return }
        let start = base + Int(reader)
        let tail = count - range.upperBound
        (start + range.lowerBound).copyMemory(from: start + range.upperBound, byteCount: tail)
        writer &-= UInt32(range.count)
    }

    /// Moves `range` (offsets into `readable`) down to `offset`, over what was there.
    public mutating func slide(_ range: Range<Int>, to offset: Int) {
        precondition(offset >= 0 && offset <= range.lowerBound && range.upperBound <= count)
        guard offset != range.lowerBound, !range.isEmpty, let base else { return }
        let start = base + Int(reader)
        (start + offset).copyMemory(from: start + range.lowerBound, byteCount: range.count)
    }
}
