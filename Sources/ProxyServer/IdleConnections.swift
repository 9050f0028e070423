/// The upstream connections of one worker that wait for a next request: a list an endpoint, newest
/// first, linked through the connections' own slots. It closes nothing itself.

import Upstream
import Vocabulary

final class IdleConnections {
    private struct List {
        var first = UInt32.max
        var last = UInt32.max
        var count = 0
    }

    /// First list of each pool.
    private let starts: [Int]
    private var lists: [List]

    init(pools: [PoolState]) {
        var starts: [Int] = []
        var total = 0
        for pool in pools {
            starts.append(total)
            total += pool.endpoints.count
        }
        self.starts = starts
        lists = Array(repeating: List(), count: total)
    }

    /// The most recently used one: the least likely to have been closed meanwhile.
    func take(pool: UInt8, endpoint: UInt8, in connections: Slab<Connection>) -> UInt32? {
        let first = lists[starts[Int(pool)] + Int(endpoint)].first
        guard first != .max else { return nil }
        remove(first, in: connections)
        return first
    }

    /// Returns one that is now too many.
    func put(_ index: UInt32, limit: Int, in connections: Slab<Connection>) -> UInt32? {
        let slot = connections[index]
        let number = list(of: slot)
        slot.pointee.previous = .max
        slot.pointee.next = lists[number].first
        if slot.pointee.next != .max { connections[slot.pointee.next].pointee.previous = index }
        lists[number].first = index
        if lists[number].last == .max { lists[number].last = index }
        lists[number].count += 1
        return lists[number].count > limit ? lists[number].last : nil
    }

    func remove(_ index: UInt32, in connections: Slab<Connection>) {
        let slot = connections[index]
        let number = list(of: slot)
        let next = slot.pointee.next
        let previous = slot.pointee.previous
        if next != .max { connections[next].pointee.previous = previous } else { lists[number].last = previous }
        if previous != .max { connections[previous].pointee.next = next } else { lists[number].first = next }
        slot.pointee.next = .max
        slot.pointee.previous = .max
        lists[number].count -= 1
    }

    /// The least recently used one of any endpoint that has some.
    func oldest(in connections: Slab<Connection>) -> UInt32? {
        lists.first { $0.last != .max }?.last
    }

    private func list(of slot: ConnectionSlot) -> Int {
        starts[Int(slot.pointee.pool)] + Int(slot.pointee.endpoint)
    }
}
