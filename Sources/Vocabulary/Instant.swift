/// A point on the monotonic clock and the distance between two such points. Nothing in the proxy
/// asks for the time of day except logs; nothing below `Reactor` asks for the time at all: it is a
/// parameter.

/// A distance in time, in whole nanoseconds. May be negative.
package struct Interval: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    @inlinable
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count &* 1_000_000)
    }

    package static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count &* 1_000_000_000)
    }

    package static let zero = Interval(nanoseconds: 0)

    /// The value in seconds, for metrics and logs.
    package var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    package static func < (left: Interval, right: Interval) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// A reading of `CLOCK_MONOTONIC`, in nanoseconds.
package struct Instant: Hashable, Comparable, Sendable {
    package var nanoseconds: UInt64

    @inlinable
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static let zero = Instant(nanoseconds: 0)

    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    @inlinable
    package static func + (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: UInt64(bitPattern: Int64(bitPattern: instant.nanoseconds) &+ interval.nanoseconds))
    }

    @inlinable
    package static func - (left: Instant, right: Instant) -> Interval {
        Interval(nanoseconds: Int64(bitPattern: left.nanoseconds &- right.nanoseconds))
    }
}
