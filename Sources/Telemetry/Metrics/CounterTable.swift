import Synchronization

/// A fixed table of 64-bit cells with one writer and any number of readers. Relaxed loads and stores
/// only, so a count costs no locked instruction; a reader may see one cell newer than another.
public struct CounterTable: ~Copyable, @unchecked Sendable {
    // Unchecked: the pointer is constant and everything behind it is atomic.
    @usableFromInline let cells: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let count: Int

    /// Two tables must not share a cache line, or one worker's counting slows down the next.
    private static let cacheLine = 64

    init(count: Int) {
        let bytes = (count * 8 + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(bytes, Self.cacheLine), alignment: Self.cacheLine)
        cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        self.count = count
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        UnsafeMutableRawPointer(cells).deallocate()
    }

    /// For the one writer only. Wraps as counters do; a negative delta is its two's complement.
    @inlinable
    func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "no such counter")
        let old = cells[index].load(ordering: .relaxed)
        cells[index].store(old &+ amount, ordering: .relaxed)
    }

    @inlinable
    func value(at index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "no such counter")
        return cells[index].load(ordering: .relaxed)
    }
}
