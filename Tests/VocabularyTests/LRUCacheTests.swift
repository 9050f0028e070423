import Testing

@testable import Vocabulary

/// Keys of one shard in a cache small enough to have only that.
private func key(_ number: UInt64) -> CacheKey { CacheKey(low: number &* 3, high: number) }

private let longTime = Interval.seconds(1000)

@Test func cacheReturnsWhatWasStored() {
    let cache = LRUCache(capacity: 8, timeToLive: longTime)
    #expect(cache.value(for: key(1), now: .zero) == nil)
    cache.insert(11, for: key(1), now: .zero)
    cache.insert(12, for: key(1), now: .zero)
    #expect(cache.value(for: key(1), now: .zero) == 12)
    #expect(cache.value(for: CacheKey(low: 3, high: 2), now: .zero) == nil)
    #expect(cache.statistics.entries == 1)
}

@Test func theLeastRecentlyUsedEntryGoes() {
    let cache = LRUCache(capacity: 3, timeToLive: longTime)
    for number in 1...3 as ClosedRange<UInt64> {
        cache.insert(number, for: key(number), now: .zero)
    }
    #expect(cache.value(for: key(1), now: .zero) == 1)
    cache.insert(4, for: key(4), now: .zero)
    #expect(cache.value(for: key(2), now: .zero) == nil)
    #expect(cache.value(for: key(1), now: .zero) == 1)
    #expect(cache.value(for: key(3), now: .zero) == 3)
    #expect(cache.value(for: key(4), now: .zero) == 4)
    #expect(cache.statistics.evictions == 1)
    #expect(cache.statistics.entries == 3)
}

@Test func replacingMakesAnEntryTheNewest() {
    let cache = LRUCache(capacity: 2, timeToLive: longTime)
    cache.insert(1, for: key(1), now: .zero)
    cache.insert(2, for: key(2), now: .zero)
    cache.insert(10, for: key(1), now: .zero)
    cache.insert(3, for: key(3), now: .zero)
    #expect(cache.value(for: key(1), now: .zero) == 10)
    #expect(cache.value(for: key(2), now: .zero) == nil)
}

@Test func entriesExpireAtTheirTime() {
    let cache = LRUCache(capacity: 4, timeToLive: .seconds(10))
    let start = Instant(nanoseconds: 5)
    cache.insert(1, for: key(1), now: start)
    let last = start + Interval(nanoseconds: 10_000_000_000 - 1)
    #expect(cache.value(for: key(1), now: last) == 1)
    #expect(cache.value(for: key(1), now: start + .seconds(10)) == nil)
    #expect(cache.statistics.entries == 0)
    #expect(cache.statistics.evictions == 0)
    cache.insert(2, for: key(1), now: start + .seconds(10))
    #expect(cache.value(for: key(1), now: start + .seconds(19)) == 2)
}

@Test func statisticsCountHitsAndMisses() {
    let cache = LRUCache(capacity: 4, timeToLive: longTime)
    cache.insert(1, for: key(1), now: .zero)
    for _ in 0..<3 { _ = cache.value(for: key(1), now: .zero) }
    for _ in 0..<2 { _ = cache.value(for: key(2), now: .zero) }
    #expect(cache.statistics.hits == 3)
    #expect(cache.statistics.misses == 2)
}

@Test(arguments: [1, 2, 3, 63, 128, 1000, 65536])
func capacityIsExactAndShared(capacity: Int) {
    let cache = LRUCache(capacity: capacity, timeToLive: longTime)
    for number in 0..<UInt64(capacity * 4) {
        cache.insert(number, for: CacheKey(low: number &* 0x9E37_79B9, high: number), now: .zero)
    }
    #expect(cache.statistics.entries == capacity)
    #expect(cache.statistics.evictions == UInt64(capacity * 3))
    #expect(capacity < 65536 || cache.shardCount == LRUCache.mostShards)
}

/// Against a dictionary and a list, in one shard.
@Test func behavesLikeTheSimplestPossibleCache() {
    let cache = LRUCache(capacity: 7, timeToLive: .seconds(50))
    var order: [(number: UInt64, value: UInt64, expiry: Int64)] = []
    var random: UInt64 = 42
    for time in 0..<Int64(20_000) {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let number = (random >> 33) % 16
        let now = Instant.zero + .seconds(time)
        let place = order.firstIndex { $0.number == number }
        if random >> 60 < 8 {
            if let place {
                order.remove(at: place)
            } else if order.count == 7 {
                order.removeFirst()
            }
            order.append((number, random, time + 50))
            cache.insert(random, for: key(number), now: now)
        } else {
            var expected: UInt64?
            if let place {
                let entry = order.remove(at: place)
                if entry.expiry > time {
                    expected = entry.value
                    order.append(entry)
                }
            }
            #expect(cache.value(for: key(number), now: now) == expected)
        }
    }
    #expect(cache.statistics.entries == order.count)
}

@Test func manyThreadsShareACache() async {
    let cache = LRUCache(capacity: 512, timeToLive: longTime)
    await withTaskGroup(of: Int.self) { group in
        for worker in 0..<4 {
            group.addTask {
                var wrong = 0
                for step in 0..<20_000 {
                    let number = UInt64((step * 7 + worker * 13) % 1500)
                    if let value = cache.value(for: key(number), now: .zero), value != number * 2 {
                        wrong += 1
                    }
                    cache.insert(number * 2, for: key(number), now: .zero)
                }
                return wrong
            }
        }
        for await wrong in group { #expect(wrong == 0) }
    }
    #expect(cache.statistics.entries == 512)
    #expect(cache.statistics.hits + cache.statistics.misses == 80_000)
}
