/// A hashed timer wheel: at most one deadline for each slot number of a slab. Moving a deadline later
/// is a store; the wheel looks again when the old place comes round. Knows no clock.
///
/// After "Hashed and Hierarchical Timing Wheels" (Varghese and Lauck, 1987), scheme 6.

import Vocabulary

public final class TimerWheel {
    /// Resolution: nobody's timeout is shorter than a few of these.
    public static let tick = Interval.milliseconds(8)
    /// 8192 ticks of 8 ms: 65 s in one turn; later deadlines go round more than once.
    private static let buckets = 8192
    private static let none = UInt32.max

    private struct Node {
        var deadline: UInt64 = .max
        /// The tick this node is filed under; `.max` while it is in no bucket.
        var filed: UInt64 = .max
        var next = TimerWheel.none
        var previous = TimerWheel.none
    }

    private var nodes: UnsafeMutablePointer<Node>
    private var capacity: Int
    private let heads: UnsafeMutablePointer<UInt32>
    private var cursor: UInt64
    /// The slots of the bucket being turned; kept for its capacity.
    private var due: [UInt32] = []
    /// Nodes in buckets.
    public private(set) var count = 0

    public init(now: Instant) {
        capacity = 64
        nodes = .allocate(capacity: capacity)
        nodes.initialize(repeating: Node(), count: capacity)
        heads = .allocate(capacity: Self.buckets)
        heads.initialize(repeating: Self.none, count: Self.buckets)
        cursor = Self.tickNumber(now.nanoseconds)
    }

    deinit {
        nodes.deallocate()
        heads.deallocate()
    }

    /// Sets or replaces the deadline of `slot`.
    public func arm(_ slot: UInt32, at deadline: Instant) {
        ensure(slot)
        let node = nodes + Int(slot)
        node.pointee.deadline = deadline.nanoseconds
        let due = max(Self.tickNumber(deadline.nanoseconds) &+ 1, cursor &+ 1)
        if node.pointee.filed <= due { return }
        unfile(slot)
        file(slot, under: due)
    }

    /// Forgets the deadline; the node leaves its bucket when that comes round.
    public func disarm(_ slot: UInt32) {
        guard Int(slot) < capacity else { return }
        nodes[Int(slot)].deadline = .max
    }

    /// The slot has a new tenant or none: nothing of the old one may fire.
    public func remove(_ slot: UInt32) {
        guard Int(slot) < capacity else { return }
        nodes[Int(slot)].deadline = .max
        unfile(slot)
    }

    public func deadline(of slot: UInt32) -> Instant? {
        guard Int(slot) < capacity, nodes[Int(slot)].deadline != .max else { return nil }
        return Instant(nanoseconds: nodes[Int(slot)].deadline)
    }

    /// Milliseconds the loop may sleep without missing a tick that has work; -1 if nothing is filed.
    public func sleep(now: Instant) -> Int32 {
        guard count > 0 else { return -1 }
        var tick = cursor &+ 1
        let horizon = cursor &+ UInt64(Self.longestSleepTicks)
        while tick < horizon, heads[Self.bucket(tick)] == Self.none { tick &+= 1 }
        let due = tick &* UInt64(Self.tick.nanoseconds)
        guard due > now.nanoseconds else { return 0 }
        return Int32(clamping: (due &- now.nanoseconds) / 1_000_000 &+ 1)
    }

    /// Looking further ahead would cost more than waking up.
    private static let longestSleepTicks = 64

    /// Calls `fire` with each slot whose deadline has passed; the deadline is cleared before.
    public func advance(to now: Instant, _ fire: (UInt32) -> Void) {
        let target = Self.tickNumber(now.nanoseconds)
        guard target > cursor else { return }
        // After a long stop one look at every bucket is enough.
        if target &- cursor > UInt64(Self.buckets) { cursor = target &- UInt64(Self.buckets) }
        while cursor < target {
            cursor &+= 1
            guard heads[Self.bucket(cursor)] != Self.none else { continue }
            turn(Self.bucket(cursor), now: now, fire)
        }
    }

    private func turn(_ bucket: Int, now: Instant, _ fire: (UInt32) -> Void) {
        // Emptied first: what `fire` arms or removes must not disturb the walk.
        var slot = heads[bucket]
        heads[bucket] = Self.none
        due.removeAll(keepingCapacity: true)
        while slot != Self.none {
            due.append(slot)
            let next = nodes[Int(slot)].next
            nodes[Int(slot)].next = Self.none
            nodes[Int(slot)].previous = Self.none
            nodes[Int(slot)].filed = .max
            count &-= 1
            slot = next
        }
        for slot in due { settle(slot, now: now, fire) }
    }

    private func settle(_ slot: UInt32, now: Instant, _ fire: (UInt32) -> Void) {
        let deadline = nodes[Int(slot)].deadline
        // Filed anew by an earlier `fire` of this turn, or disarmed.
        guard nodes[Int(slot)].filed == .max, deadline != .max else { return }
        if deadline <= now.nanoseconds {
            nodes[Int(slot)].deadline = .max
            fire(slot)
        } else {
            file(slot, under: max(Self.tickNumber(deadline) &+ 1, cursor &+ 1))
        }
    }

    private func file(_ slot: UInt32, under due: UInt64) {
        let bucket = Self.bucket(due)
        let node = nodes + Int(slot)
        node.pointee.filed = due
        node.pointee.previous = Self.none
        node.pointee.next = heads[bucket]
        if heads[bucket] != Self.none { nodes[Int(heads[bucket])].previous = slot }
        heads[bucket] = slot
        count &+= 1
    }

    private func unfile(_ slot: UInt32) {
        let node = nodes + Int(slot)
        guard node.pointee.filed != .max else { return }
        let next = node.pointee.next
        let previous = node.pointee.previous
        if next != Self.none { nodes[Int(next)].previous = previous }
        if previous != Self.none {
            nodes[Int(previous)].next = next
        } else {
            heads[Self.bucket(node.pointee.filed)] = next
        }
        node.pointee.filed = .max
        node.pointee.next = Self.none
        node.pointee.previous = Self.none
        count &-= 1
    }

    private func ensure(_ slot: UInt32) {
        guard Int(slot) >= capacity else { return }
        let grown = max(capacity * 2, Int(slot) + 1)
        let copy = UnsafeMutablePointer<Node>.allocate(capacity: grown)
        copy.update(from: nodes, count: capacity)
        (copy + capacity).initialize(repeating: Node(), count: grown - capacity)
        nodes.deallocate()
        nodes = copy
        capacity = grown
    }

    private static func tickNumber(_ nanoseconds: UInt64) -> UInt64 {
        nanoseconds / UInt64(tick.nanoseconds)
    }

    private static func bucket(_ tick: UInt64) -> Int { Int(tick & UInt64(buckets - 1)) }
}
