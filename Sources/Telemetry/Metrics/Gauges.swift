/// What the exposition shows that no worker counts: values that the admin thread gathers from their
/// owners at the moment of a scrape.
public struct Gauges: Sendable {
    public struct Cache: Sendable, Equatable {
        public var hits: UInt64 = 0
        public var misses: UInt64 = 0
        public var evictions: UInt64 = 0
        public var entries: UInt64 = 0

        public init() {}
    }

    /// The labels of `slb_build_info`, in this order, such as `("version", "1.0.0")`.
    public var build: [(name: String, value: String)] = []
    public var cache: Cache?
    /// Per pool and endpoint of the layout, whether the balancer may choose it. A pool or endpoint
    /// that is missing here has no sample.
    public var available: [[Bool]] = []
    public var reloadsSucceeded: UInt64 = 0
    public var reloadsFailed: UInt64 = 0
    public var accessLogDropped: UInt64 = 0
    public var eventsDropped: UInt64 = 0
    public var process: ProcessStatistics?

    public init() {}
}
