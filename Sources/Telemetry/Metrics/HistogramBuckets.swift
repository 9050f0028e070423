/// The bounds of every histogram of seconds, and which bucket a duration falls into. It knows no
/// metric and keeps no count.
@usableFromInline
enum HistogramBuckets {
    /// In nanoseconds: 1, 2.5, 5 per decade from 50 µs (a local exchange) to 10 s (a language
    /// model's answer). A duration belongs to the first bound that it does not exceed.
    static let bounds: [UInt64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
        50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000,
        5_000_000_000, 10_000_000_000,
    ]

    /// The same bounds in seconds, spelled as OpenMetrics' canonical numbers; last, what has none.
    static let names = [
        "5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
        "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf",
    ]

    /// One cell per bound, one for what exceeds them all, one for the sum.
    @usableFromInline static let cells = 19
    @usableFromInline static let sumCell = 18

    @usableFromInline
    static func index(of nanoseconds: UInt64) -> Int {
        // Two comparisons first, so that the usual sub-millisecond durations are found in few more.
        var index = 0
        if nanoseconds > 1_000_000 { index = 5 }
        if nanoseconds > 100_000_000 { index = 11 }
        while index < bounds.count, nanoseconds > bounds[index] { index &+= 1 }
        return index
    }
}
