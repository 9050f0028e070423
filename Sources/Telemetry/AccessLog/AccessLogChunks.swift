
/// The memory of the access log: equal chunks allocated once, a list of the free ones and a queue of
/// those to be written. Whoever took a chunk's number owns its bytes until it hands it on. Every
/// chunk has a place in both lists, so handing on never fails.
public final class AccessLogChunks: @unchecked Sendable {
    // Unchecked: `memory` is constant and its bytes belong to the holder of the chunk's number;
    // numbers change hands under the lock.

    /// A chunk that holds text.
    public struct Filled: Sendable {
        public var number: Int
        public var count: Int

        public init(number: Int, count: Int) {
            self.number = number
            self.count = count
        }
    }

    private struct Lists: Sendable {
        var free: [Int]
        var filled: [Filled]
        var first = 0
        var queued = 0
    }

    private let memory: UnsafeMutableRawPointer
    /// Rung for each chunk in the queue.
    public let bell = AccessLogBell()
    private let count: Int
    private let lists: Guarded<Lists>

    public init(count: Int) {
        self.count = count
        memory = .allocate(byteCount: count * AccessLogLimits.chunk, alignment: 64)
        let filled = [Filled](repeating: Filled(number: 0, count: 0), count: count)
        lists = Guarded(Lists(free: Array(0..<count), filled: filled))
    }

    deinit {
        memory.deallocate()
    }

    public func base(of number: Int) -> UnsafeMutableRawPointer {
        precondition(number >= 0 && number < count, "no such chunk")
        return memory + number * AccessLogLimits.chunk
    }

    public func takeFree() -> Int? {
        lists.withLock { $0.free.popLast() }
    }

    /// The capacity is that of `init`, so this appends without growing.
    public func giveBack(_ number: Int) {
        lists.withLock { $0.free.append(number) }
    }

    public func enqueue(_ chunk: Filled) {
        lists.withLock { lists in
            precondition(lists.queued < count, "a chunk was queued twice")
            lists.filled[(lists.first + lists.queued) % count] = chunk
            lists.queued += 1
        }
        bell.ring()
    }

    public func dequeue() -> Filled? {
        lists.withLock { lists in
            guard lists.queued > 0 else { return nil }
            let chunk = lists.filled[lists.first]
            lists.first = (lists.first + 1) % count
            lists.queued -= 1
            return chunk
        }
    }
}
