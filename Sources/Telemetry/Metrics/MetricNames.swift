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
        help: "Questions to the language model, by outcome; those that were not let through included.")
    public static let llmDuration = MetricFamily(
        "slb_llm_request_duration_seconds", .histogram, unit: "seconds",
        help: "Time from asking the language model to its answer, the queue included.")
    public static let llmBytesSent = MetricFamily(
        "slb_llm_bytes_sent_total", .counter, help: "Bytes of questions sent to the language model.")
    public static let llmJoined = MetricFamily(
        "slb_llm_singleflight_joined_total", .counter,
        help: "Questions that found the same one open and shared its answer.")
    public static let llmQueueDepth = MetricFamily(
        "slb_llm_queue_depth", .gauge, help: "Questions that wait for their turn.")
    public static let llmInFlight = MetricFamily(
        "slb_llm_in_flight", .gauge, help: "Questions at the language model.")
    public static let llmReady = MetricFamily(
        "slb_llm_ready", .gauge, help: "Whether the language model's server and model are there (1) or not (0).")
    public static let llmBreakerState = MetricFamily(
        "slb_llm_breaker_state", .gauge, labels: ["state"],
        help: "Which state the language model's breaker is in (1) and is not in (0).")
    public static let shapeCacheHits = MetricFamily(
        "slb_shape_cache_hits_total", .counter,
        help: "Verdicts of the language model found for a sibling of a request.")
    public static let shapeCacheMisses = MetricFamily(
        "slb_shape_cache_misses_total", .counter,
        help: "Verdicts of the language model looked for and not found for a sibling of a request.")
    public static let shapeCacheEntries = MetricFamily(
        "slb_shape_cache_entries", .gauge, help: "Verdicts of the language model kept for siblings.")
    public static let modelConfidence = MetricFamily(
        "slb_model_confidence_ratio", .histogram, unit: "ratio", labels: ["label"],
        help: "How sure the model in the process was of its guesses, by label. The counts are the labels' mix.")
    public static let modelUnknown = MetricFamily(
        "slb_model_unknown_words_ratio", .histogram, unit: "ratio",
        help: "Share of a request's words that the model's training never saw.")
    public static let modelTrainingMix = MetricFamily(
        "slb_model_training_mix_ratio", .gauge, unit: "ratio", labels: ["label"],
        help: "Share of the label in the model's training data; the mix of the traffic drifts from it.")
    public static let modelInfo = MetricFamily(
        "slb_model_info", .info, help: "The model in the process.")
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
    public static let journalRecords = MetricFamily(
        "slb_journal_records_total", .counter, help: "Lines written to the journal of decisions.")
    public static let journalDropped = MetricFamily(
        "slb_journal_dropped_total", .counter,
        help: "Lines of the journal lost to a full queue or a failing file.")
    public static let shadowDecisions = MetricFamily(
        "slb_shadow_decisions_total", .counter, labels: ["label", "shadow_label"],
        help: "Requests that the shadow model labelled too, by the verdict they had and by what it says.")
    public static let shadowDropped = MetricFamily(
        "slb_shadow_dropped_total", .counter,
        help: "Requests that the shadow model did not get to see for want of time.")
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
        cacheEvictions, cacheEntries, shapeCacheHits, shapeCacheMisses, shapeCacheEntries, modelConfidence,
        modelUnknown, modelTrainingMix, modelInfo, llmRequests, llmDuration, llmBytesSent, llmJoined,
        llmQueueDepth, llmInFlight, llmReady, llmBreakerState, upstreamRequests, upstreamConnect,
        upstreamRetries, endpointAvailable, connections, rejected, bytes, acceptPauses,
        accessLogDropped, journalRecords, journalDropped, shadowDecisions, shadowDropped, eventsDropped,
        configReloads, build, processCPU, processVirtualMemory,
        processResidentMemory, processStartTime, processOpenDescriptors, processMaxDescriptors,
    ]
}
