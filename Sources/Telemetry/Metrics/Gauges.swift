/// What the exposition shows that no worker counts: values that the admin thread gathers from their
/// owners at the moment of a scrape.
package struct Gauges: Sendable {
    package struct Cache: Sendable, Equatable {
        package var hits: UInt64 = 0
        package var misses: UInt64 = 0
        package var evictions: UInt64 = 0
        package var entries: UInt64 = 0

        package init() {}
    }

    /// The labels of `slb_build_info`, in this order, such as `("version", "1.0.0")`.
    package var build: [(name: String, value: String)] = []
    package var cache: Cache?
    /// Per pool and endpoint of the layout, whether the balancer may choose it. A pool or endpoint
    /// that is missing here has no sample.
    package var available: [[Bool]] = []
    package var reloadsSucceeded: UInt64 = 0
    package var reloadsFailed: UInt64 = 0
    package var accessLogDropped: UInt64 = 0
    package var eventsDropped: UInt64 = 0
    package var process: ProcessStatistics?

    package init() {}
}
