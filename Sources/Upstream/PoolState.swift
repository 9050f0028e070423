/// The live side of a pool, shared by all workers: whose turn it is and who was last found
/// unreachable. Pure bookkeeping on atomics; it opens nothing and asks no clock.

import Synchronization
import Vocabulary

public final class EndpointState: Sendable {
    public let options: EndpointOptions
    /// Nanoseconds on the monotonic clock until which the endpoint is passed over; zero is admitting.
    private let ejectedUntil = Atomic<UInt64>(0)

    init(options: EndpointOptions) { self.options = options }

    public func isAvailable(at now: Instant) -> Bool {
        ejectedUntil.load(ordering: .relaxed) <= now.nanoseconds
    }

    /// The last connection attempt succeeded.
    public func admit() {
        guard ejectedUntil.load(ordering: .relaxed) != 0 else { return }
        ejectedUntil.store(0, ordering: .relaxed)
    }

    /// The last connection attempt failed: others come first for a while.
    public func eject(until instant: Instant) {
        ejectedUntil.store(instant.nanoseconds, ordering: .relaxed)
    }
}

public final class PoolState: Sendable {
    /// How long an endpoint that refused a connection is passed over while others are available.
    public static let ejection = Interval.seconds(1)
    /// Endpoints of one pool; `Turn` remembers the tried ones in one word.
    public static let mostEndpoints = 128

    public let options: PoolOptions
    public let endpoints: [EndpointState]
    private let turns = Atomic<UInt64>(0)

    public init(options: PoolOptions) {
        precondition(options.endpoints.count <= Self.mostEndpoints, "the configuration bounds endpoints")
        self.options = options
        endpoints = options.endpoints.map { EndpointState(options: $0) }
    }

    /// The next request's turn. One counter for all workers keeps the rotation exact.
    public func takeTurn() -> Turn {
        guard !endpoints.isEmpty else { return Turn(start: 0) }
        let ticket = turns.add(1, ordering: .relaxed).oldValue
        return Turn(start: UInt8(ticket % UInt64(endpoints.count)))
    }

    /// The endpoint whose turn it is, or the first available one after it; when all the untried are
    /// ejected, the first of those after all. `nil` once every endpoint has been tried.
    public func pick(_ turn: inout Turn, at now: Instant) -> Int? {
        pick(&turn) { endpoints[$0].isAvailable(at: now) } ?? pick(&turn) { _ in true }
    }

    private func pick(_ turn: inout Turn, where isEligible: (Int) -> Bool) -> Int? {
        for step in 0..<endpoints.count {
            let index = (Int(turn.start) + step) % endpoints.count
            guard !turn.hasTried(index), isEligible(index) else { continue }
            turn.markTried(index)
            return index
        }
        return nil
    }

    public func hasUntried(_ turn: Turn) -> Bool {
        endpoints.indices.contains { !turn.hasTried($0) }
    }

    public func hasAvailableEndpoint(at now: Instant) -> Bool {
        endpoints.contains { $0.isAvailable(at: now) }
    }
}

/// One request's way round its pool.
public struct Turn: Sendable {
    let start: UInt8
    private var tried: (UInt64, UInt64) = (0, 0)

    public init(start: UInt8) { self.start = start }

    func hasTried(_ index: Int) -> Bool {
        (index < 64 ? tried.0 >> UInt64(index) : tried.1 >> UInt64(index - 64)) & 1 == 1
    }

    mutating func markTried(_ index: Int) {
        if index < 64 { tried.0 |= 1 << UInt64(index) } else { tried.1 |= 1 << UInt64(index - 64) }
    }
}
