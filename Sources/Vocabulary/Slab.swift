/// Slots with stable addresses and generations, in chunks that are allocated on demand and kept. A
/// key of slot and generation names one tenancy: a stale key is told from the slot's next tenant.
/// Belongs to one thread.

/// Names one tenancy of a slot.
package struct SlabKey: Hashable, Sendable {
    package var index: UInt32
    package var generation: UInt32

    @inlinable
    package init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// Generations have 30 bits, so that a key and two bits of kind fit epoll's 64: a stale event would
    /// need a thousand million reuses of one slot within one batch to be mistaken.
    package static let generationMask: UInt32 = 0x3FFF_FFFF

    package static let none = SlabKey(index: .max, generation: .max)
}

package final class Slab<Element> {
    @usableFromInline struct Slot {
        @usableFromInline var generation: UInt32
        @usableFromInline var nextFree: UInt32
        @usableFromInline var element: Element
    }

    @usableFromInline static var chunkShift: UInt32 { 6 }
    @usableFromInline static var chunkMask: UInt32 { 63 }

    @usableFromInline let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Slot>?>
    @usableFromInline var used: UInt32 = 0
    @usableFromInline var firstFree = UInt32.max
    @usableFromInline let vacant: Element

    /// Slots in use.
    package private(set) var count = 0
    package let capacity: Int

    /// `vacant` fills a slot that nobody holds. Elements are plain data: slots are never destroyed.
    package init(capacity: Int, vacant: Element) {
        precondition(_isPOD(Element.self), "slab elements are plain data")
        self.capacity = capacity
        self.vacant = vacant
        let chunkCount = (capacity >> Int(Self.chunkShift)) + 1
        chunks = .allocate(capacity: chunkCount)
        chunks.initialize(repeating: nil, count: chunkCount)
    }

    deinit {
        for index in 0...(capacity >> Int(Self.chunkShift)) { chunks[index]?.deallocate() }
        chunks.deallocate()
    }

    /// `nil` when every slot is taken.
    package func insert(_ element: Element) -> SlabKey? {
        let index: UInt32
        if firstFree != .max {
            index = firstFree
            firstFree = slot(index).pointee.nextFree
        } else {
            guard Int(used) < capacity else { return nil }
            index = used
            used &+= 1
            let chunk = Int(index >> Self.chunkShift)
            if chunks[chunk] == nil { chunks[chunk] = makeChunk() }
        }
        count &+= 1
        slot(index).pointee.element = element
        return SlabKey(index: index, generation: slot(index).pointee.generation)
    }

    package func remove(_ index: UInt32) {
        let slot = slot(index)
        slot.pointee.generation = (slot.pointee.generation &+ 1) & SlabKey.generationMask
        slot.pointee.element = vacant
        slot.pointee.nextFree = firstFree
        firstFree = index
        count &-= 1
    }

    /// The element of a live slot. Its address is stable until `remove`.
    @inlinable
    package subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
        let address = UnsafeMutableRawPointer(slot(index)) + Self.elementOffset
        return address.assumingMemoryBound(to: Element.self)
    }

    /// The element a key names, unless the slot has changed hands since.
    @inlinable
    package func find(_ key: SlabKey) -> UnsafeMutablePointer<Element>? {
        guard key.index < used, slot(key.index).pointee.generation == key.generation else { return nil }
        return self[key.index]
    }

    package func generation(of index: UInt32) -> UInt32 { slot(index).pointee.generation }

    /// One past the highest index ever used, for walking all slots.
    package var end: UInt32 { used }

    @inlinable static var elementOffset: Int { MemoryLayout<Slot>.offset(of: \Slot.element) ?? 8 }

    @inlinable
    func slot(_ index: UInt32) -> UnsafeMutablePointer<Slot> {
        precondition(index < used, "a slot that was never used")
        guard let chunk = chunks[Int(index >> Self.chunkShift)] else {
            preconditionFailure("a used slot has a chunk")
        }
        return chunk + Int(index & Self.chunkMask)
    }

    private func makeChunk() -> UnsafeMutablePointer<Slot> {
        let size = Int(Self.chunkMask) + 1
        let chunk = UnsafeMutablePointer<Slot>.allocate(capacity: size)
        chunk.initialize(repeating: Slot(generation: 0, nextFree: .max, element: vacant), count: size)
        return chunk
    }
}
