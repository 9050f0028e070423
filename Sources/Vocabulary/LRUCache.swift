/// A sharded least-recently-used map from 128-bit keyed hashes to 64-bit values with a time to live.
/// It owns all memory it will ever use from the start (untouched pages cost nothing) and allocates
/// nothing afterwards; it never reads the clock and never compares anything but the hashes.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A keyed 128-bit hash. Two different inputs do not meet in practice, and without the key nobody
/// can make them.
public struct CacheKey: Hashable, Sendable {
    public let low: UInt64
    public let high: UInt64

    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

public struct CacheStatistics: Hashable, Sendable {
    public var hits: UInt64 = 0
    public var misses: UInt64 = 0
    /// Entries pushed out by younger ones; those that expired are not counted.
    public var evictions: UInt64 = 0
    public var entries = 0

    public init() {}
}

/// `@unchecked`: every pointer is set once in `init`; what shards share is behind their locks.
public final class LRUCache: @unchecked Sendable {
    /// Enough that two workers seldom meet at a lock, on any machine of today.
    public static let mostShards = 64
    /// Below this many entries a shard, an uneven spread would cost more than sharing a lock.
    static let leastEntriesPerShard = 64
    /// Nodes are numbered with 32 bits and one number means "none".
    public static let mostEntries = 1 << 28

    public let capacity: Int
    let shardCount: Int
    private let timeToLive: Interval
    private let shards: UnsafeMutablePointer<LRUShard>
    private let nodes: UnsafeMutablePointer<LRUNode>
    private let buckets: UnsafeMutablePointer<UInt32>

    /// `capacity` is clamped to 1...`mostEntries`.
    public init(capacity wanted: Int, timeToLive: Interval) {
        capacity = min(max(wanted, 1), Self.mostEntries)
        self.timeToLive = timeToLive
        var count = 1
        while count < Self.mostShards && capacity / (count * 2) >= Self.leastEntriesPerShard {
            count *= 2
        }
        shardCount = count
        let largest = (capacity + count - 1) / count
        var bucketsPerShard = 2
        while bucketsPerShard < largest * 2 { bucketsPerShard *= 2 }
        nodes = .allocate(capacity: capacity)
        buckets = Self.zeroed(count: count * bucketsPerShard)
        shards = .allocate(capacity: count)
        var firstNode = 0
        for index in 0..<count {
            let share = capacity / count + (index < capacity % count ? 1 : 0)
            let state = LRUShardState(
                nodes: nodes + firstNode, capacity: UInt32(share),
                buckets: buckets + index * bucketsPerShard,
                bucketMask: UInt64(bucketsPerShard - 1))
            (shards + index).initialize(to: LRUShard(state))
            firstNode += share
        }
    }

    deinit {
        shards.deinitialize(count: shardCount)
        shards.deallocate()
        nodes.deallocate()
        free(buckets)
    }

    /// Pages of a large zeroed block stay untouched until they are used.
    private static func zeroed(count: Int) -> UnsafeMutablePointer<UInt32> {
        guard let block = calloc(count, MemoryLayout<UInt32>.stride) else {
            preconditionFailure("no memory for the cache")
        }
        return block.bindMemory(to: UInt32.self, capacity: count)
    }

    /// The value stored under `key`, made the most recently used, unless it has expired by `now`.
    public func value(for key: CacheKey, now: Instant) -> UInt64? {
        shards[shard(of: key)].state.withLock { $0.value(for: key, now: now) }
    }

    /// Stores or replaces; the least recently used entry of a full shard goes.
    public func insert(_ value: UInt64, for key: CacheKey, now: Instant) {
        let expiry = now + timeToLive
        shards[shard(of: key)].state.withLock { $0.insert(value, for: key, expiry: expiry) }
    }

    public var statistics: CacheStatistics {
        var sum = CacheStatistics()
        for index in 0..<shardCount {
            let part = shards[index].state.withLock { $0.statistics }
            sum.hits += part.hits
            sum.misses += part.misses
            sum.evictions += part.evictions
            sum.entries += part.entries
        }
        return sum
    }

    /// Shards go by the other half of the key than buckets, so that each spreads evenly.
    private func shard(of key: CacheKey) -> Int { Int(key.high & UInt64(shardCount - 1)) }
}

/// A lock and what it guards.
struct LRUShard: ~Copyable {
    let state: Mutex<LRUShardState>

    init(_ state: sending LRUShardState) { self.state = Mutex(state) }
}

struct LRUNode {
    var key: CacheKey
    var value: UInt64
    var expiry: Instant
    /// The next node in the same bucket, or in the free list.
    var next: UInt32
    var newer: UInt32
    var older: UInt32
}

/// Links are node numbers plus one; zero is none, which makes zeroed memory an empty table.
/// `@unchecked`: the pointers lead to memory only this shard uses, under its lock.
struct LRUShardState: @unchecked Sendable {
    let nodes: UnsafeMutablePointer<LRUNode>
    let capacity: UInt32
    let buckets: UnsafeMutablePointer<UInt32>
    let bucketMask: UInt64
    var statistics = CacheStatistics()
    private var touched: UInt32 = 0
    private var freeList: UInt32 = 0
    private var newest: UInt32 = 0
    private var oldest: UInt32 = 0

    init(
        nodes: UnsafeMutablePointer<LRUNode>, capacity: UInt32,
        buckets: UnsafeMutablePointer<UInt32>, bucketMask: UInt64
    ) {
        self.nodes = nodes
        self.capacity = capacity
        self.buckets = buckets
        self.bucketMask = bucketMask
    }

    mutating func value(for key: CacheKey, now: Instant) -> UInt64? {
        let link = find(key)
        guard link != 0 else {
            statistics.misses &+= 1
            return nil
        }
        let node = node(link)
        guard now < node.pointee.expiry else {
            remove(link)
            statistics.misses &+= 1
            return nil
        }
        statistics.hits &+= 1
        if newest != link {
            unlink(link)
            linkAsNewest(link)
        }
        return node.pointee.value
    }

    mutating func insert(_ value: UInt64, for key: CacheKey, expiry: Instant) {
        let existing = find(key)
        if existing != 0 {
            let node = node(existing)
            node.pointee.value = value
            node.pointee.expiry = expiry
            if newest != existing {
                unlink(existing)
                linkAsNewest(existing)
            }
            return
        }
        let link = vacantNode()
        let bucket = bucket(of: key)
        node(link).initialize(
            to: LRUNode(
                key: key, value: value, expiry: expiry, next: buckets[bucket], newer: 0, older: 0))
        buckets[bucket] = link
        linkAsNewest(link)
        statistics.entries += 1
    }

    private func bucket(of key: CacheKey) -> Int { Int(key.low & bucketMask) }

    private func node(_ link: UInt32) -> UnsafeMutablePointer<LRUNode> { nodes + Int(link &- 1) }

    private func find(_ key: CacheKey) -> UInt32 {
        var link = buckets[bucket(of: key)]
        while link != 0, node(link).pointee.key != key { link = node(link).pointee.next }
        return link
    }

    private mutating func vacantNode() -> UInt32 {
        if freeList == 0 && touched == capacity {
            statistics.evictions &+= 1
            remove(oldest)
        }
        if freeList != 0 {
            let link = freeList
            freeList = node(link).pointee.next
            return link
        }
        touched += 1
        return touched
    }

    private mutating func remove(_ link: UInt32) {
        unlink(link)
        let bucket = bucket(of: node(link).pointee.key)
        if buckets[bucket] == link {
            buckets[bucket] = node(link).pointee.next
        } else {
            var previous = buckets[bucket]
            while node(previous).pointee.next != link { previous = node(previous).pointee.next }
            node(previous).pointee.next = node(link).pointee.next
        }
        node(link).pointee.next = freeList
        freeList = link
        statistics.entries -= 1
    }

    private mutating func unlink(_ link: UInt32) {
        let newer = node(link).pointee.newer
        let older = node(link).pointee.older
        if newer == 0 { newest = older } else { node(newer).pointee.older = older }
        if older == 0 { oldest = newer } else { node(older).pointee.newer = newer }
    }

    private mutating func linkAsNewest(_ link: UInt32) {
        node(link).pointee.newer = 0
        node(link).pointee.older = newest
        if newest == 0 { oldest = link } else { node(newest).pointee.newer = link }
        newest = link
    }
}
