/// Answers that wait for their time, earliest first: a binary heap. The timer wheel's tick is coarser
/// than the few milliseconds a stub worker simulates. A connection has one answer waiting at most.

import Vocabulary

struct DelayQueue {
    private var heap: [(due: Instant, key: SlabKey)] = []

    var next: Instant? { heap.first?.due }

    mutating func push(_ key: SlabKey, due: Instant) {
        heap.append((due, key))
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The earliest entry, if its time has come.
    mutating func pop(now: Instant) -> SlabKey? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].due < heap[least].due { least = child }
            if least == parent { return first.key }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
