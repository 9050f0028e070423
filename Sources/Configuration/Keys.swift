/// Every key of the configuration, in the order of the manual. The same table reads, prints, tells
/// what was probably meant, and is what the manual is held to. A key that is not here does not exist.

import Classifier
import LLMClient
import ProxyServer
import Telemetry
import Upstream
import Vocabulary

package enum Keys {
    /// As paths: `[]` is any item of a list, `*` any name.
    package static let all: [String] =
        structure + paths(root, "") + paths(admin, "admin.") + paths(pool, "pools.*.")
        + paths(classifier, "classifier.") + paths(inspect, "classifier.inspect.")
        + paths(cache, "classifier.cache.") + paths(model, "classifier.model.")
        + paths(llmStage, "classifier.llm.") + paths(llm, "classifier.llm.")
        + paths(breaker, "classifier.llm.breaker.") + paths(journal, "classifier.journal.")
        + paths(shadow, "classifier.shadow.") + paths(headers, "headers.") + paths(limits, "limits.")
        + paths(timeouts, "timeouts.") + paths(accessLog, "access_log.") + paths(log, "log.")

    /// The keys that may stand in the mapping at `path`.
    static func children(of path: String) -> [String] {
        let prefix = path.isEmpty ? "" : path + "."
        return all.compactMap { key in
            guard key.hasPrefix(prefix) else { return nil }
            let rest = key.dropFirst(prefix.count)
            return rest.isEmpty || rest.contains(".") ? nil : String(rest.hasSuffix("[]") ? rest.dropLast(2) : rest)
        }
    }

    /// What has a shape of its own; the scalar settings follow below.
    private static let structure =
        [
            "listeners", "listeners[].address", "listeners[].tls", "listeners[].tls.certificate",
            "listeners[].tls.private_key", "admin", "admin.address", "pools", "pools.*.endpoints", "classifier",
            "classifier.labels", "classifier.default_label", "classifier.inspect", "classifier.cache",
            "classifier.rules", "classifier.rules[].name", "classifier.rules[].match", "classifier.rules[].label",
            "classifier.rules[].llm", "classifier.model", "classifier.model.path", "classifier.llm",
            "classifier.llm.enabled", "classifier.llm.url", "classifier.llm.modes", "classifier.llm.descriptions",
            "classifier.llm.examples", "classifier.llm.examples[].request", "classifier.llm.examples[].label",
            "classifier.journal", "classifier.journal.path", "classifier.shadow", "classifier.shadow.path",
            "classifier.llm.token", "classifier.llm.token_file", "classifier.llm.ca", "classifier.llm.breaker",
            "headers", "limits", "timeouts", "access_log", "access_log.destination",
            "log",
        ] + match.map { "classifier.rules[].match.\($0)" } + [
            "classifier.rules[].match.graphql.operation", "classifier.rules[].match.graphql.name",
            "classifier.rules[].match.body.contains", "classifier.rules[].match.body.regex",
            "classifier.rules[].match.body.ignore_case", "classifier.rules[].match.json.pointer",
        ] + jsonTests.map { "classifier.rules[].match.json.\($0)" }
        + valueTests.map { "classifier.rules[].match.header.*.\($0)" }
        + valueTests.map { "classifier.rules[].match.query.*.\($0)" }
        + comparators.map { "classifier.rules[].match.body_size.\($0)" }
        + comparators.map { "classifier.rules[].match.json.length.\($0)" }

    static let match = [
        "method", "host", "path", "path_regex", "header", "query", "content_type", "body_size", "json", "graphql",
        "body", "all", "any", "not",
    ]
    static let comparators = ["eq", "ne", "lt", "le", "gt", "ge"]
    static let jsonTests = comparators + ["exists", "glob", "regex", "contains", "ignore_case", "length"]
    static let valueTests = ["present", "regex", "contains", "ignore_case"]

    private static let instant = Interval(nanoseconds: 1000)...Interval.seconds(24 * 3600)
    private static let orNone = Interval.zero...Interval.seconds(24 * 3600)

    static let root: [Setting<ProxyOptions>] = [.count("workers", \.workers, 1...256, or: "auto")]
    /// Its address is read by hand, for `off`.
    static let admin: [Setting<AdminOptions>] = []
    static let pool: [Setting<PoolOptions>] = [
        .choice("balancing", \.balancing),
        .count("idle_connections", \.idleConnections, 0...65536),
        .duration("idle_timeout", \.idleTimeout, instant),
    ]
    static let classifier: [Setting<ClassifierOptions>] = [.flag("builtin_rules", \.builtinRules)]
    static let inspect: [Setting<InspectOptions>] = [
        .size("body", \.body, 0...1 << 20),
        .duration("timeout", \.timeout, Interval.zero...Interval.seconds(60)),
    ]
    static let cache: [Setting<CacheOptions>] = [
        .count("entries", \.entries, 0...1 << 24),
        .duration("ttl", \.ttl, Interval.milliseconds(1)...Interval.seconds(365 * 24 * 3600)),
    ]
    /// Its path is read by hand, for `auto` and the like.
    static let model: [Setting<ModelOptions>] = [
        .number("min_confidence", \.minConfidence, 0...1), .number("guess_confidence", \.guessConfidence, 0...1),
    ]
    static let llmStage: [Setting<LLMStageOptions>] = [.choice("mode", \.mode)]
    static let llm: [Setting<LLMOptions>] = [
        .text("model", \.model, "the name of a model"),
        .duration("deadline", \.deadline, Interval.milliseconds(1)...Interval.seconds(3600)),
        .duration("answer_timeout", \.answerTimeout, Interval.milliseconds(1)...Interval.seconds(3600)),
        .count("max_in_flight", \.maxInFlight, 1...256),
        .count("queue", \.queue, 0...65536),
        .size("request_text", \.requestText, 64...65536),
        .text("keep_alive", \.keepAlive, "a duration as 30m, -1 or 0"),
        .count("num_ctx", \.contextTokens, 256...1_048_576),
        .count("num_predict", \.answerTokens, 8...4096),
        .duration("connect_timeout", \.connectTimeout, Interval.milliseconds(1)...Interval.seconds(3600)),
        .duration("warm_up_timeout", \.warmUpTimeout, Interval.milliseconds(1)...Interval.seconds(24 * 3600)),
        .duration("watch_interval", \.watchInterval, Interval.milliseconds(10)...Interval.seconds(3600)),
    ]
    static let breaker: [Setting<LLMOptions>] = [
        .count("failures", \.breakerFailures, 1...1000),
        .duration("pause", \.breakerPause, Interval.milliseconds(1)...Interval.seconds(3600)),
        .duration("longest_pause", \.breakerLongestPause, Interval.milliseconds(1)...Interval.seconds(3600)),
    ]
    /// Its path is read by hand, for `off`.
    static let journal: [Setting<JournalOptions>] = [
        .size("size", \.size, 64 << 10...1 << 40),
        .count("files", \.files, 0...1000),
        .choice("content", \.content),
        .number("sample", \.sample, 0...1),
    ]
    static let shadow: [Setting<ShadowOptions>] = [.number("sample", \.sample, 0...1)]
    static let headers: [Setting<HeaderOptions>] = [
        .flag("route_to_client", \.routeToClient), .flag("route_explain", \.routeExplain), .flag("x_forwarded", \.xForwarded),
        .flag("trust_forwarded", \.trustForwarded), .flag("forwarded", \.forwarded), .flag("via", \.via),
        .flag("request_id", \.requestID),
    ]
    static let limits: [Setting<Limits>] = [
        .size("head", \.head, 512...1 << 20),
        .count("headers", \.headers, 8...4096),
        .size("uri", \.uri, 64...1 << 20),
        .size("body", \.body, 0...UInt64(Int64.max), or: "unlimited"),
        .count("connections", \.connections, 1...1_000_000),
        .count("requests_per_connection", \.requestsPerConnection, 1...Int(Int32.max), or: "unlimited"),
        .size("body_rate", \.bodyRate, 0...1 << 30),
    ]
    static let timeouts: [Setting<Timeouts>] = [
        .duration("request_head", \.requestHead, instant), .duration("request_idle", \.requestIdle, instant),
        .duration("keep_alive", \.keepAlive, instant), .duration("connect", \.connect, instant),
        .duration("response", \.response, instant), .duration("write", \.write, instant),
        .duration("drain", \.drain, orNone),
    ]
    static let accessLog: [Setting<AccessLogOptions>] = [.choice("format", \.format)]
    static let log: [Setting<LogOptions>] = [
        .word("level", \.level, ["trace", "debug", "info", "notice", "warning", "error", "critical"])
    ]

    private static func paths<Root>(_ settings: [Setting<Root>], _ prefix: String) -> [String] {
        settings.map { prefix + $0.key }
    }
}
