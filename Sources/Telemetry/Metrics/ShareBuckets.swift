/// The bounds of every histogram of shares and confidences, which lie in 0...1. It knows no metric and
/// keeps no count.
@usableFromInline
enum ShareBuckets {
    /// In millionths. Tenths, and closer where a classifier's thresholds usually lie.
    static let bounds: [UInt64] = [
        100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 950_000, 990_000,
        1_000_000,
    ]

    /// The same bounds, spelled as OpenMetrics' canonical numbers; last, what has none.
    static let names = [
        "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.99", "1.0", "+Inf",
    ]

    /// One cell per bound, one for what exceeds them all, one for the sum.
    @usableFromInline static let cells = 14
    @usableFromInline static let sumCell = 13

    /// What is no number counts as zero.
    @usableFromInline
    static func millionths(_ share: Float) -> UInt64 {
        share > 0 ? UInt64(min(share, 1) * 1_000_000 + 0.5) : 0
    }

    @usableFromInline
    static func index(of millionths: UInt64) -> Int {
        var index = 0
        while index < bounds.count, millionths > bounds[index] { index &+= 1 }
        return index
    }
}
