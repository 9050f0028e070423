/// A point on the monotonic clock and the distance between two such points. Nothing in the proxy
/// asks for the time of day except logs; nothing below `Reactor` asks for the time at all: it is a
/// parameter.

/// A distance in time, in whole nanoseconds. May be negative.
public struct Interval: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count &* 1_000_000)
    }

    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count &* 1_000_000_000)
    }

    public static let zero = Interval(nanoseconds: 0)

    /// The value in seconds, for metrics and logs.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    public static func < (left: Interval, right: Interval) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// A reading of `CLOCK_MONOTONIC`, in nanoseconds.
public struct Instant: Hashable, Comparable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static let zero = Instant(nanoseconds: 0)

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    @inlinable
    public static func + (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: UInt64(bitPattern: Int64(bitPattern: instant.nanoseconds) &+ interval.nanoseconds))
    }

    @inlinable
    public static func - (left: Instant, right: Instant) -> Interval {
        Interval(nanoseconds: Int64(bitPattern: left.nanoseconds &- right.nanoseconds))
    }
}
