
/// The memory of the access log: equal chunks allocated once, a list of the free ones and a queue of
/// those to be written. Whoever took a chunk's number owns its bytes until it hands it on. Every
/// chunk has a place in both lists, so handing on never fails.
final class AccessLogChunks: @unchecked Sendable {
    // Unchecked: `memory` is constant and its bytes belong to the holder of the chunk's number;
    // numbers change hands under the lock.

    /// A chunk that holds text.
    struct Filled: Sendable {
        var number: Int
        var count: Int
    }

    private struct Lists: Sendable {
        var free: [Int]
        var filled: [Filled]
        var first = 0
        var queued = 0
    }

    private let memory: UnsafeMutableRawPointer
    /// Rung for each chunk in the queue.
    let bell = AccessLogBell()
    private let count: Int
    private let lists: Guarded<Lists>

    init(count: Int) {
        self.count = count
        memory = .allocate(byteCount: count * AccessLogLimits.chunk, alignment: 64)
        let filled = [Filled](repeating: Filled(number: 0, count: 0), count: count)
        lists = Guarded(Lists(free: Array(0..<count), filled: filled))
    }

    deinit {
        memory.deallocate()
    }

    func base(of number: Int) -> UnsafeMutableRawPointer {
        precondition(number >= 0 && number < count, "no such chunk")
        return memory + number * AccessLogLimits.chunk
    }

    func takeFree() -> Int? {
        lists.withLock { $0.free.popLast() }
    }

    /// The capacity is that of `init`, so this appends without growing.
    func giveBack(_ number: Int) {
        lists.withLock { $0.free.append(number) }
    }

    func enqueue(_ chunk: Filled) {
        lists.withLock { lists in
            precondition(lists.queued < count, "a chunk was queued twice")
            lists.filled[(lists.first + lists.queued) % count] = chunk
            lists.queued += 1
        }
        bell.ring()
    }

    func dequeue() -> Filled? {
        lists.withLock { lists in
            guard lists.queued > 0 else { return nil }
            let chunk = lists.filled[lists.first]
            lists.first = (lists.first + 1) % count
            lists.queued -= 1
            return chunk
        }
    }
}
