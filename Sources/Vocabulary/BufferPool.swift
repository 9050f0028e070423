/// Fixed-size buffers of one worker in three sizes, kept for reuse up to a bound and given back to the
/// system beyond it. An idle connection holds none. Never shared between threads.

public final class BufferPool {
    /// Enough for almost every message; a request at rest in the proxy costs one of these.
    public static let smallCapacity = 16 * 1024

    /// Holds the largest head, the inspected body and a serialised head's additions; bulk transfers
    /// use it too, for fewer system calls.
    public let largeCapacity: Int

    /// For bodies under way: measured, four times the size costs a third less CPU a byte, and more brings
    /// nothing.
    public static let bulkCapacity = 256 * 1024
    /// 16 MiB of bulk buffers at once; who comes later gets large ones.
    private static let mostBulk = 64

    /// Buffers of each size kept while free: 4 MiB of small ones (an exchange that is logged and journalled has
    /// six), 4 MiB of large and of bulk ones.
    private static let keptSmall = 256
    private static let keptLarge = 64
    private static let keptBulk = 16

    private var small: FreeList
    private var large: FreeList
    private var bulk: FreeList
    private var bulkLeased = 0

    /// Leased buffers, for the metrics and for tests that look for leaks.
    public private(set) var leased = 0

    public init(largeCapacity: Int) {
        self.largeCapacity = max(largeCapacity, 2 * Self.smallCapacity)
        small = FreeList(kept: Self.keptSmall)
        large = FreeList(kept: Self.keptLarge)
        bulk = FreeList(kept: Self.keptBulk)
    }

    deinit {
        small.drain()
        large.drain()
        bulk.drain()
    }

    public func leaseSmall() -> ByteBuffer {
        leased &+= 1
        return ByteBuffer(base: small.take(Self.smallCapacity), capacity: Self.smallCapacity)
    }

    public func leaseLarge() -> ByteBuffer {
        leased &+= 1
        return ByteBuffer(base: large.take(largeCapacity), capacity: largeCapacity)
    }

    /// The largest buffer there is to be had for a body.
    public func leaseBulk() -> ByteBuffer {
        guard bulkLeased < Self.mostBulk, largeCapacity < Self.bulkCapacity else { return leaseLarge() }
        leased &+= 1
        bulkLeased &+= 1
        return ByteBuffer(base: bulk.take(Self.bulkCapacity), capacity: Self.bulkCapacity)
    }

    /// Takes the memory back and leaves an empty buffer behind. Does nothing to an empty one.
    public func release(_ buffer: inout ByteBuffer) {
        guard let base = buffer.base else { return }
        leased &-= 1
        if buffer.capacity == Self.smallCapacity {
            small.give(base)
        } else if buffer.capacity == largeCapacity {
            large.give(base)
        } else {
            bulkLeased &-= 1
            bulk.give(base)
        }
        buffer = ByteBuffer()
    }

    /// Moves what is readable into a large buffer.
    public func grow(_ buffer: inout ByteBuffer) {
        guard buffer.capacity < largeCapacity else { return }
        var bigger = leaseLarge()
        bigger.append(buffer.readable)
        release(&buffer)
        buffer = bigger
    }

    private struct FreeList {
        private let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
        private let kept: Int
        private var count = 0

        init(kept: Int) {
            self.kept = kept
            slots = .allocate(capacity: kept)
        }

        mutating func take(_ capacity: Int) -> UnsafeMutableRawPointer {
            guard count > 0 else { return .allocate(byteCount: capacity, alignment: 16) }
            count &-= 1
            return slots[count]
        }

        mutating func give(_ base: UnsafeMutableRawPointer) {
            guard count < kept else { return base.deallocate() }
            slots[count] = base
            count &+= 1
        }

        mutating func drain() {
            while count > 0 {
                count -= 1
                slots[count].deallocate()
            }
            slots.deallocate()
        }
    }
}
