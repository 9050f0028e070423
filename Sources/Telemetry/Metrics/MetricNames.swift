/// Every metric slb exposes: its name, type, unit, labels and help, and nothing else. No other file
/// may spell a metric's name.

public struct MetricFamily: Sendable, Equatable {
    public enum Kind: String, Sendable { case counter, gauge, histogram, info }

    /// As in the Prometheus text format: counters end in `_total`, the info metric in `_info`.
    public let name: String
    public let kind: Kind
    public let unit: String?
    public let labels: [String]
    public let help: String

    init(_ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }
}

public enum MetricNames {
    public static let requests = MetricFamily(
        "slb_requests_total", .counter, labels: ["label", "status_code"],
        help: "Requests answered, by label (none: answered before a verdict) and status code.")
    public static let requestDuration = MetricFamily(
        "slb_request_duration_seconds", .histogram, unit: "seconds", labels: ["label"],
        help: "Time from the first byte of a request to the last byte of its response.")
    public static let decisions = MetricFamily(
        "slb_decisions_total", .counter, labels: ["label", "source"],
        help: "Verdicts of the classifier, by label and by who decided.")
    public static let classifyDuration = MetricFamily(
        "slb_classify_duration_seconds", .histogram, unit: "seconds", labels: ["source"],
        help: "Time from asking for a verdict to having it.")
    public static let cacheHits = MetricFamily(
        "slb_cache_hits_total", .counter, help: "Verdicts found in the cache.")
    public static let cacheMisses = MetricFamily(
        "slb_cache_misses_total", .counter, help: "Verdicts looked for and not found in the cache.")
    public static let cacheEvictions = MetricFamily(
        "slb_cache_evictions_total", .counter, help: "Verdicts that left the cache to make room.")
    public static let cacheEntries = MetricFamily(
        "slb_cache_entries", .gauge, help: "Verdicts in the cache.")
    public static let llmRequests = MetricFamily(
        "slb_llm_requests_total", .counter, labels: ["outcome"],
        help: "Questions to the language model, by outcome.")
    public static let upstreamRequests = MetricFamily(
        "slb_upstream_requests_total", .counter, labels: ["pool", "endpoint", "outcome"],
        help: "Attempts to have an endpoint serve a request, by outcome.")
    public static let upstreamConnect = MetricFamily(
        "slb_upstream_connect_duration_seconds", .histogram, unit: "seconds", labels: ["pool"],
        help: "Time to open a connection to an endpoint.")
    public static let upstreamRetries = MetricFamily(
        "slb_upstream_retries_total", .counter, labels: ["pool"],
        help: "Attempts that followed a failed attempt of the same request.")
    public static let endpointAvailable = MetricFamily(
        "slb_endpoint_available", .gauge, labels: ["pool", "endpoint"],
        help: "Whether the balancer may choose the endpoint (1) or not (0).")
    public static let connections = MetricFamily(
        "slb_connections", .gauge, labels: ["side", "state"],
        help: "Open connections, by side and by whether an exchange is running on them.")
    public static let rejected = MetricFamily(
        "slb_rejected_total", .counter, labels: ["reason"],
        help: "Requests and connections that slb refused by itself.")
    public static let bytes = MetricFamily(
        "slb_bytes_total", .counter, unit: "bytes", labels: ["side", "direction"],
        help: "Bytes moved on connections, by side and direction as seen from slb.")
    public static let acceptPauses = MetricFamily(
        "slb_accept_pauses_total", .counter,
        help: "Times a worker stopped accepting at a limit of connections or descriptors.")
    public static let accessLogDropped = MetricFamily(
        "slb_access_log_dropped_total", .counter,
        help: "Access log lines lost to a full queue or a failing file.")
    public static let eventsDropped = MetricFamily(
        "slb_events_dropped_total", .counter,
        help: "Decision events that a watcher of the event stream did not get.")
    public static let configReloads = MetricFamily(
        "slb_config_reloads_total", .counter, labels: ["result"],
        help: "Reloads of the configuration, by result.")
    public static let build = MetricFamily(
        "slb_build_info", .info, help: "What this slb was built from.")
    public static let processCPU = MetricFamily(
        "process_cpu_seconds_total", .counter, unit: "seconds",
        help: "Total user and system CPU time spent in seconds.")
    public static let processVirtualMemory = MetricFamily(
        "process_virtual_memory_bytes", .gauge, unit: "bytes",
        help: "Virtual memory size in bytes.")
    public static let processResidentMemory = MetricFamily(
        "process_resident_memory_bytes", .gauge, unit: "bytes",
        help: "Resident memory size in bytes.")
    public static let processStartTime = MetricFamily(
        "process_start_time_seconds", .gauge, unit: "seconds",
        help: "Start time of the process since unix epoch in seconds.")
    public static let processOpenDescriptors = MetricFamily(
        "process_open_fds", .gauge, help: "Number of open file descriptors.")
    public static let processMaxDescriptors = MetricFamily(
        "process_max_fds", .gauge, help: "Maximum number of open file descriptors.")

    /// In the order of the exposition.
    public static let all: [MetricFamily] = [
        requests, requestDuration, decisions, classifyDuration, cacheHits, cacheMisses,
        cacheEvictions, cacheEntries, llmRequests, upstreamRequests, upstreamConnect,
        upstreamRetries, endpointAvailable, connections, rejected, bytes, acceptPauses,
        accessLogDropped, eventsDropped, configReloads, build, processCPU, processVirtualMemory,
        processResidentMemory, processStartTime, processOpenDescriptors, processMaxDescriptors,
    ]
}
