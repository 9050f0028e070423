/// Slots with stable addresses and generations, in chunks that are allocated on demand and kept. A
/// key of slot and generation names one tenancy: a stale key is told from the slot's next tenant.
/// Belongs to one thread.

/// Names one tenancy of a slot.
public struct SlabKey: Hashable, Sendable {
    public var index: UInt32
    public var generation: UInt32

    @inlinable
    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// Generations have 30 bits, so that a key and two bits of kind fit epoll's 64: a stale event would
    /// need a thousand million reuses of one slot within one batch to be mistaken.
    public static let generationMask: UInt32 = 0x3FFF_FFFF

    public static let none = SlabKey(index: .max, generation: generationMask)
}

public final class Slab<Element> {
    /// What the slab knows of a slot; beside the elements, so that their addresses are plain arithmetic.
    @usableFromInline struct Tenancy {
        @usableFromInline var generation: UInt32
        @usableFromInline var nextFree: UInt32
    }

    @usableFromInline struct Chunk {
        @usableFromInline let elements: UnsafeMutablePointer<Element>
        @usableFromInline let tenancies: UnsafeMutablePointer<Tenancy>
    }

    @inlinable static var chunkShift: UInt32 { 6 }
    @inlinable static var chunkMask: UInt32 { 63 }

    @usableFromInline let chunks: UnsafeMutablePointer<Chunk>
    @usableFromInline var used: UInt32 = 0
    private var firstFree = UInt32.max
    private let vacant: Element

    /// Slots in use.
    public private(set) var count = 0
    public let capacity: Int

    /// `vacant` fills a slot that nobody holds. Elements are plain data: slots are never destroyed.
    public init(capacity: Int, vacant: Element) {
        precondition(_isPOD(Element.self), "slab elements are plain data")
        self.capacity = capacity
        self.vacant = vacant
        chunks = .allocate(capacity: (capacity >> Int(Self.chunkShift)) + 1)
    }

    deinit {
        for index in stride(from: 0, to: Int(used), by: Int(Self.chunkMask) + 1) {
            chunks[index >> Int(Self.chunkShift)].elements.deallocate()
            chunks[index >> Int(Self.chunkShift)].tenancies.deallocate()
        }
        chunks.deallocate()
    }

    /// `nil` when every slot is taken.
    public func insert(_ element: Element) -> SlabKey? {
        let index: UInt32
        if firstFree != .max {
            index = firstFree
            firstFree = tenancy(index).pointee.nextFree
        } else {
            guard Int(used) < capacity else { return nil }
            index = used
            if index & Self.chunkMask == 0 { chunks[Int(index >> Self.chunkShift)] = makeChunk() }
            used &+= 1
        }
        count &+= 1
        self[index].pointee = element
        return SlabKey(index: index, generation: tenancy(index).pointee.generation)
    }

    public func remove(_ index: UInt32) {
        let tenancy = tenancy(index)
        tenancy.pointee.generation = (tenancy.pointee.generation &+ 1) & SlabKey.generationMask
        tenancy.pointee.nextFree = firstFree
        self[index].pointee = vacant
        firstFree = index
        count &-= 1
    }

    /// The element of a live slot. Its address is stable until `remove`.
    @inlinable
    public subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
        precondition(index < used, "a slot that was never used")
        return chunks[Int(index >> Self.chunkShift)].elements + Int(index & Self.chunkMask)
    }

    /// The element a key names, unless the slot has changed hands since.
    @inlinable
    public func find(_ key: SlabKey) -> UnsafeMutablePointer<Element>? {
        guard key.index < used, tenancy(key.index).pointee.generation == key.generation else { return nil }
        return self[key.index]
    }

    @inlinable
    public func generation(of index: UInt32) -> UInt32 { tenancy(index).pointee.generation }

    /// One past the highest index ever used, for walking all slots.
    public var end: UInt32 { used }

    @inlinable
    func tenancy(_ index: UInt32) -> UnsafeMutablePointer<Tenancy> {
        precondition(index < used, "a slot that was never used")
        return chunks[Int(index >> Self.chunkShift)].tenancies + Int(index & Self.chunkMask)
    }

    private func makeChunk() -> Chunk {
        let size = Int(Self.chunkMask) + 1
        let chunk = Chunk(elements: .allocate(capacity: size), tenancies: .allocate(capacity: size))
        chunk.elements.initialize(repeating: vacant, count: size)
        chunk.tenancies.initialize(repeating: Tenancy(generation: 0, nextFree: .max), count: size)
        return chunk
    }
}
