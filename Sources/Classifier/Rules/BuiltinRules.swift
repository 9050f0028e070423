/// Rules for traffic whose weight is plain from its first line. They follow the operator's own and only
/// speak where they are surer than the model behind them; the question is always what the backend has
/// to do before it can answer, never how a thing is called. None reads a body: that is the model's work.

enum BuiltinRules {
    private static let fast = "fast-path"
    private static let heavy = "high-compute"
    private static let general = "general"

    static let rules: [Rule] = [
        rule("head-options", fast, .method(["HEAD", "OPTIONS"])),
        rule(
            "probes", fast, reading,
            lastSegment(
                "-?health[a-z]*|healthy|live|livez|liveness|ready|readyz|readiness|alive|ping"
                    + "|metrics|version|uptime|up|favicon\\.ico|robots\\.txt|sitemap\\.xml"
                    + "|\\.well-known/[a-z0-9.-]+")),
        rule("stored-state", fast, reading, lastSegment("status|progress|state|etag|checksum|heartbeat|presence")),
        rule("token-introspection", fast, posting, lastSegment("introspect")),
        rule("control-plane", general, posting, lastSegment("webhooks?|log-?in|log-?out|sign-?up|sign-?in|oauth2?/token|cancel|abort")),
        rule(
            "generating-get", heavy, reading, lastSegment("export|rebuild|recompute|regenerate|full-export|dump"),
            .not(.any([.query("limit", .present), .query("page", .present), .query("id", .present)]))),
    ]

    private static let reading = Condition.method(["GET"])
    private static let posting = Condition.method(["POST"])

    private static func rule(_ name: String, _ label: String, _ parts: Condition...) -> Rule {
        Rule(name: "builtin-\(name)", match: .all(parts), label: label)
    }

    private static func lastSegment(_ words: String) -> Condition {
        .path([.regex("/(?:\(words))/?$", ignoreCase: true)])
    }
}
