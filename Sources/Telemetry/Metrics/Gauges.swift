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

    /// The language model's stage, if there is one.
    public struct LLM: Sendable, Equatable {
        public var queueDepth: UInt64 = 0
        public var inFlight: UInt64 = 0
        public var isReady = false
        /// Every state there is, and the one that holds.
        public var breakerStates: [String] = []
        public var breakerState = ""
        /// Verdicts remembered for siblings.
        public var shapes = Cache()

        public init() {}
    }

    /// The model in the process, if there is one.
    public struct Model: Sendable {
        /// The labels of `slb_model_info`.
        public var info: [(name: String, value: String)] = []
        /// The labels' shares in the training data.
        public var trainingMix: [(label: String, share: Double)] = []

        public init() {}
    }

    public struct Journal: Sendable, Equatable {
        public var records: UInt64 = 0
        public var dropped: UInt64 = 0

        public init() {}
    }

    /// The shadow model, if there is one.
    public struct Shadow: Sendable, Equatable {
        public var labels: [String] = []
        /// By the label a request had, then by the shadow's.
        public var decisions: [[UInt64]] = []
        public var dropped: UInt64 = 0

        public init() {}
    }

    /// The labels of `slb_build_info`, in this order, such as `("version", "1.0.0")`.
    public var build: [(name: String, value: String)] = []
    public var cache: Cache?
    public var llm: LLM?
    public var model: Model?
    /// Per pool and endpoint of the layout, whether the balancer may choose it. A pool or endpoint
    /// that is missing here has no sample.
    public var available: [[Bool]] = []
    public var reloadsSucceeded: UInt64 = 0
    public var reloadsFailed: UInt64 = 0
    public var accessLogDropped: UInt64 = 0
    public var journal: Journal?
    public var shadow: Shadow?
    public var eventsDropped: UInt64 = 0
    public var process: ProcessStatistics?

    public init() {}
}
