/// Rules for traffic whose weight is plain to see. They follow the operator's own and only speak
/// where the answer is obvious; everything else is left to what comes after the rules. The question
/// is always what the backend has to do before it can answer, never how a thing is called.

enum BuiltinRules {
    static let fast = "fast-path"
    static let heavy = "high-compute"
    static let general = "general"

    /// The order matters: what takes the work out of a heavy request comes before what makes it so.
    static let rules: [Rule] = probes + withoutTheWork + languageModels + data + heavyWork + lookUps

    static func rule(_ name: String, _ label: String, _ parts: Condition...) -> Rule {
        Rule(name: "builtin-\(name)", match: .all(parts), label: label)
    }

    static let reading = Condition.method(["GET"])
    static let posting = Condition.method(["POST"])

    /// A whole segment of the path, wherever it stands.
    static func segment(_ words: String) -> Condition {
        .path([.regex("/(?:\(words))(?:/|$)", ignoreCase: true)])
    }

    static func lastSegment(_ words: String) -> Condition {
        .path([.regex("/(?:\(words))/?$", ignoreCase: true)])
    }

    static func text(_ pointers: [String], _ expression: String) -> Condition {
        .any(pointers.map { .json(pointer: $0, .text([.regex(expression, ignoreCase: true)])) })
    }

    static func number(_ pointers: [String], _ terms: Comparison.Term...) -> Condition {
        .any(pointers.map { .json(pointer: $0, .number(Comparison(terms))) })
    }

    static func count(_ pointers: [String], _ terms: Comparison.Term...) -> Condition {
        .any(pointers.map { .json(pointer: $0, .length(Comparison(terms))) })
    }

    static func isTrue(_ pointers: [String]) -> Condition {
        .any(pointers.map { .json(pointer: $0, .boolean(true)) })
    }

    static func exists(_ pointers: [String]) -> Condition {
        .any(pointers.map { .json(pointer: $0, .exists) })
    }
}

/// Requests that are answered from what is at hand.
extension BuiltinRules {
    private static let probes = [
        rule("head-options", fast, .method(["HEAD", "OPTIONS"])),
        rule(
            "probes", fast, reading,
            lastSegment(
                "-?health[a-z]*|healthy|live|livez|liveness|ready|readyz|readiness|alive|ping"
                    + "|metrics|version|uptime|up|favicon\\.ico|robots\\.txt|sitemap\\.xml"
                    + "|\\.well-known/[a-z0-9.-]+")),
        rule(
            "static-files", fast, reading,
            .path([
                .regex(
                    "\\.(?:css|m?js|map|ico|png|jpe?g|gif|svg|webp|woff2?|ttf)$", ignoreCase: true)
            ]),
            .not(segment("api|render|generate|tiles|thumbnails?|export"))),
        rule(
            "stored-state", fast, .method(["GET", "POST"]),
            lastSegment(
                "status|progress|state|etag|checksum|latest|heartbeat|presence|typing"
                    + "|keep-?alive")
        ),
        rule(
            "token-introspection", fast, posting,
            lastSegment("introspect|token/introspect|oauth2?/introspect")),
        rule(
            "autocomplete", fast, .method(["GET", "POST"]),
            lastSegment("autocomplete|typeahead|type-ahead|suggest|completions?/prefix")),
        rule(
            "rpc-ping", fast, exists(["/jsonrpc"]),
            text(["/method"], "(?:^|[._])(?:ping|health|version|get_?status)$")),
    ]

    /// Tie-breaks 1 to 3 of the labelling: a stored answer, a dry run, a later run.
    private static let withoutTheWork = [
        rule(
            "stored-result", fast,
            .any([
                isTrue([
                    "/cached", "/cacheOnly", "/cache_only", "/lastResult", "/last_result",
                    "/latest",
                ]),
                text(["/action", "/op", "/operation"], "^(?:status|progress|get_?status)$"),
            ])),
        rule(
            "dry-run", general,
            .any([
                isTrue([
                    "/dryRun", "/dry_run", "/validateOnly", "/validate_only", "/validate",
                    "/explain",
                ]),
                lastSegment("validate|lint|dry-?run"),
                .query("dry_run", .matches([.regex("^(?:1|true)$", ignoreCase: true)])),
            ])),
        rule(
            "asynchronous", general,
            .any([
                isTrue(["/async", "/background"]),
                exists(["/callback", "/callbackUrl", "/callback_url", "/webhookUrl", "/schedule"]),
                lastSegment("cancel|abort|stop|pause|resume"),
            ])),
        rule(
            "control-plane", general, posting,
            segment("webhooks?|hooks|log-?in|log-?out|sign-?up|sign-?in|register|oauth2?/token")),
        rule(
            "operation-look-up", fast, operation("lookup|look_up|get|read|ping|health|fetch|status")
        ),
        rule(
            "operation-ordinary", general,
            operation("create|update|delete|insert|list|save|search|notify|send")),
        rule(
            "operation-heavy", heavy,
            operation(
                "aggregat(?:e|ion)|analytics?|train(?:ing)?|fine[-_]?tun(?:e|ing)|render(?:ing)?"
                    + "|simulat(?:e|ion)|transcod(?:e|ing)|export|batch[-_ ]?(?:inference|process"
                    + "(?:ing)?|predict(?:ion)?)|(?:batch|bulk)|matrix[-_]?(?:multiply|"
                    + "multiplication)|report|inference|full[-_]?scan|monte[-_]?carlo"
                    + "|video[-_ ]?(?:encod(?:e|ing)|process(?:ing)?)|compute|optimi[sz]e")),
    ]

    /// The usual shape of a small demonstration: the body says what to do.
    private static func operation(_ words: String) -> Condition {
        .all([posting, text(["/operation", "/op", "/task", "/type"], "^(?:\(words))$")])
    }
}

/// What costs a backend seconds.
extension BuiltinRules {
    private static let heavyWork = [
        rule(
            "media-models", heavy, posting,
            segment(
                "images?/(?:generations?|edits?|variations?|upscale|generate)"
                    + "|audio/(?:transcriptions?|translations?|speech)|videos?/generat(?:e|ions?)"
                    + "|transcribe|text-to-image|txt2img|img2img|tts|ocr")),
        rule(
            "heavy-submission", heavy, posting,
            lastSegment(
                "train|retrain|training|fine[-_]?tun(?:e|ing)(?:/jobs)?|render|transcode|encode"
                    + "|simulate|simulations?|monte[-_]?carlo|backtest|optimi[sz]e|solve|exports?"
                    + "|reindex|re-index|rebuild|recompute|backfill|batch[-_]?(?:predict|infer"
                    + "(?:ence)?|score)|bulk[-_]?(?:import|export|load)|compact|cluster|fold"
                    + "|isochrones?|map-?match(?:ing)?|distance-?matrix"
                    + "|(?:simulations?|solver|training|render|etl)/(?:run|start|jobs)")),
        rule(
            "generating-get", heavy, reading,
            lastSegment(
                "export|export\\.[a-z]+|rebuild|recompute|regenerate|generate|full-export|dump"),
            .not(
                .any([.query("limit", .present), .query("page", .present), .query("id", .present)])
            )),
    ]

    private static let field =
        "price|balance|name|title|eta|location|position|avatar|count|size|owner|stock|availability"
        + "|expiry|ttl|language|locale|timezone|temperature|level|score|rank|flag|enabled|head|current"

    private static let listParameters = [
        "page", "limit", "offset", "cursor", "q", "query", "search", "per_page", "pageSize",
        "page_size", "sort", "from", "to", "since", "include", "expand",
    ]

    /// Reading one thing, and the ordinary rest that is as plain.
    private static let lookUps = [
        rule(
            "one-record", fast, reading,
            .all(listParameters.map { .query($0, .absent) }),
            .any([
                // The last segment is a key: it holds a digit and is not just a version.
                .path([
                    .regex("/[a-z][a-z_-]+/[^/]*[0-9][^/]*(?:/(?:\(field)))?/?$", ignoreCase: true)
                ]),
                lastSegment(
                    "(?:flags|features|settings|config|keys|cache|sessions?|locks)/[^/]+|me|whoami"
                ),
            ]),
            .not(
                segment("search|reports?|analytics|export|generate|render|aggregate|diff|compare")),
            .not(.path([.regex("\\.(?:pdf|csv|zip|xlsx|tar|gz)$", ignoreCase: true)]))),
        rule(
            "page-of-list", general, reading,
            .any(
                ["page", "cursor", "per_page", "offset", "page_size"].map { .query($0, .present) })
        ),
        rule("change-one", general, .method(["PATCH", "DELETE"])),
    ]
}
