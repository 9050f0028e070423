/// Whose turn it is: the rotation is exact, and a request meets every endpoint once before it gives up.

import Synchronization
import Testing
import Vocabulary

@testable import Upstream

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct PoolStateTests {
    private let now = Instant(nanoseconds: 5_000_000_000)

    private func pool(_ count: Int) -> PoolState {
        let endpoints = (0..<count).map {
            EndpointOptions(url: "http://e\($0)", address: .inet(host: "e\($0)", port: 80))
        }
        return PoolState(options: PoolOptions(name: "p", endpoints: endpoints))
    }

    private func first(_ pool: PoolState) -> Int? {
        var turn = pool.takeTurn()
        return pool.pick(&turn, at: now)
    }

    /// Every endpoint that one turn leads to, in order.
    private func round(_ pool: PoolState, _ turn: Turn) -> [Int] {
        var turn = turn
        var picked: [Int] = []
        while let index = pool.pick(&turn, at: now) {
            picked.append(index)
            if picked.count > pool.endpoints.count { break }
        }
        return picked
    }

    @Test(arguments: [1, 2, 3, 7, 64, 65, 128])
    func goesRoundInOrder(count: Int) {
        let pool = pool(count)
        let picked = (0..<count * 3).map { _ in first(pool) }
        #expect(picked == (0..<count * 3).map { $0 % count })
    }

    @Test(arguments: [1, 3, 63, 64, 65, 128])
    func triesEveryEndpointOnceAndThenNone(count: Int) {
        let pool = pool(count)
        for start in Set([0, count / 2, count - 1]) {
            let expected = (0..<count).map { ($0 + start) % count }
            #expect(round(pool, Turn(start: UInt8(start))) == expected)
        }
    }

    @Test func anEjectedEndpointIsPassedOverUntilItsTime() {
        let pool = pool(3)
        pool.endpoints[1].eject(until: now + .seconds(1))
        #expect((0..<6).map { _ in first(pool) } == [0, 2, 2, 0, 2, 2])
        #expect(!pool.endpoints[1].isAvailable(at: now + Interval(nanoseconds: 999_999_999)))
        #expect(pool.endpoints[1].isAvailable(at: now + .seconds(1)))
    }

    @Test func anAdmittedEndpointServesAtOnce() {
        let pool = pool(2)
        pool.endpoints[0].eject(until: now + .seconds(1))
        pool.endpoints[0].admit()
        #expect((0..<4).map { _ in first(pool) } == [0, 1, 0, 1])
    }

    @Test func theEjectedComeAfterTheOthers() {
        let pool = pool(4)
        pool.endpoints[0].eject(until: now + .seconds(1))
        pool.endpoints[2].eject(until: now + .seconds(1))
        #expect(round(pool, Turn(start: 0)) == [1, 3, 0, 2])
        #expect(round(pool, Turn(start: 2)) == [3, 1, 2, 0])
    }

    @Test func ejectingAllStillTriesAll() {
        let pool = pool(3)
        for endpoint in pool.endpoints { endpoint.eject(until: now + .seconds(1)) }
        #expect(!pool.hasAvailableEndpoint(at: now))
        #expect(pool.hasAvailableEndpoint(at: now + .seconds(1)))
        #expect(round(pool, Turn(start: 1)) == [1, 2, 0])
    }

    @Test func hasUntriedUntilTheLastPick() {
        let pool = pool(128)
        var turn = Turn(start: 100)
        for _ in 0..<128 {
            #expect(pool.hasUntried(turn))
            #expect(pool.pick(&turn, at: now) != nil)
        }
        #expect(!pool.hasUntried(turn))
        #expect(pool.pick(&turn, at: now) == nil)
    }

    @Test func aPoolWithoutEndpointsHasNothingToTry() {
        let pool = pool(0)
        var turn = pool.takeTurn()
        #expect(!pool.hasUntried(turn))
        #expect(pool.pick(&turn, at: now) == nil)
        #expect(!pool.hasAvailableEndpoint(at: now))
    }

    @Test func theRotationIsExactAcrossThreads() {
        let pool = pool(5)
        let each = 2000
        let threads = 4
        let counts = Counts()
        let now = now
        let work = Work {
            for _ in 0..<each {
                var turn = pool.takeTurn()
                if let index = pool.pick(&turn, at: now) { counts.add(index) }
            }
        }
        var handles = [pthread_t](repeating: pthread_t(), count: threads)
        for index in handles.indices {
            let argument = Unmanaged.passRetained(work).toOpaque()
            let status = pthread_create(&handles[index], nil, { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument)
            #expect(status == 0)
        }
        for handle in handles { pthread_join(handle, nil) }
        #expect(counts.values == [Int](repeating: each * threads / 5, count: 5))
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private final class Counts: Sendable {
        private let table = Mutex([Int](repeating: 0, count: 5))
        func add(_ index: Int) { table.withLock { $0[index] += 1 } }
        var values: [Int] { table.withLock { $0 } }
    }
}
