import Testing
import Vocabulary

@testable import Classifier

private let cases: [(String, SampleRequest)] = [
    ("fast-path", SampleRequest("GET", "/healthz")),
    ("fast-path", SampleRequest("GET", "/api/ready")),
    ("fast-path", SampleRequest("GET", "/robots.txt")),
    ("fast-path", SampleRequest("GET", "/assets/app.3f2.js")),
    ("fast-path", SampleRequest("HEAD", "/big/export")),
    ("fast-path", SampleRequest("OPTIONS", "/v1/train")),
    ("fast-path", SampleRequest("GET", "/users/42")),
    ("fast-path", SampleRequest("GET", "/v1/export/99/status")),
    ("fast-path", SampleRequest("GET", "/typeahead?q=ab")),
    ("fast-path", .json("{\"device\":\"d\"}", to: "/presence")),
    ("fast-path", .json("{\"query\":\"user 7\",\"operation\":\"lookup\"}")),
    ("fast-path", .json("{\"scene\":\"s\",\"cacheOnly\":true}", to: "/render")),
    (
        "fast-path",
        .json("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", to: "/v1/chat/completions")
    ),
    ("fast-path", .json("{\"prompt\":\"Write a novel\",\"max_tokens\":5}", to: "/v1/completions")),
    ("fast-path", .json("{\"sql\":\"select a from t where id = 7\"}", to: "/sql")),
    ("fast-path", .json("{\"query\":\"{ user(id: 7) { name } }\"}", to: "/graphql")),
    ("high-compute", .json("{\"query\":\"all\",\"operation\":\"aggregate\"}")),
    ("high-compute", .json("{\"sql\":\"select a, count(*) from t group by a\"}", to: "/sql")),
    ("high-compute", .json("{\"frames\":9}", to: "/v2/render")),
    ("high-compute", .json("{\"dataset\":\"d\"}", to: "/models/m1/train")),
    ("high-compute", .json("{\"prompt\":\"cat\"}", to: "/v1/images/generations")),
    ("high-compute", SampleRequest("GET", "/reports/export?from=2010")),
    (
        "high-compute",
        .json(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Write a Rust program that sorts.\"}]}",
            to: "/v1/chat/completions")
    ),
    (
        "high-compute",
        .json(
            "{\"input\":[\(Array(repeating: "\"a passage of text\"", count: 96).joined(separator: ","))]}",
            to: "/v1/embeddings")
    ),
    (
        "high-compute",
        SampleRequest(
            "POST", "/_bulk", type: "application/x-ndjson",
            body: String(repeating: "{\"index\":{\"_index\":\"t\"}}\n{\"title\":\"x\",\"price\":1}\n", count: 120))
    ),
    ("general", .json("{\"customer\":1}", to: "/v1/orders")),
    ("general", .json("{\"operation\":\"create\",\"name\":\"x\"}")),
    ("general", .json("{\"input\":[\"a\"]}", to: "/v1/embeddings")),
    ("general", .json("{\"dataset\":\"d\",\"dry_run\":true}", to: "/train")),
    ("general", .json("{\"dataset\":\"d\",\"async\":true}", to: "/train")),
    ("general", .json("{\"sql\":\"EXPLAIN SELECT a FROM t JOIN u GROUP BY a\"}", to: "/sql")),
    ("general", .json("{\"query\":\"mutation { add { id } }\"}", to: "/graphql")),
    ("general", SampleRequest("GET", "/articles?page=2")),
    ("general", SampleRequest("DELETE", "/orders/7")),
    (
        "general",
        SampleRequest("POST", "/login", type: "application/x-www-form-urlencoded", body: "u=a")
    ),
    // Names and free text do not count.
    (
        "general",
        .json("{\"name\":\"Batch Export Lamp\",\"text\":\"train, render, simulate\"}", to: "/items")
    ),
    (
        "general",
        SampleRequest("PUT", "/pages/how-to-train", type: "text/markdown", body: "# Train")
    ),
]

/// As shipped: the built-in rules, and the model behind them.
private let builtin = Result { try Cascade(options: ClassifierOptions(), model: .builtin, seed: (1, 2)) }

@Test(arguments: cases.indices)
func obviousTrafficIsLabelled(index: Int) throws {
    let (label, sample) = cases[index]
    let cascade = try builtin.get()
    let explanation = cascade.explain(sample)
    #expect(
        cascade.labels.name(of: explanation.verdict.label) == label,
        "\(sample.method) \(sample.target) by \(explanation.rule ?? "\(explanation.evidence)")")
    #expect(explanation.rule == nil || explanation.isBuiltin)
}

@Test func theOperatorsRulesComeFirst() throws {
    var options = ClassifierOptions()
    options.rules = [
        Rule(name: "own", match: .path([.glob("/health*")]), label: "high-compute")
    ]
    let explanation = try Cascade(options: options, seed: (1, 2))
        .explain(SampleRequest("GET", "/healthz"))
    #expect(explanation.rule == "own")
    #expect(!explanation.isBuiltin)
}

@Test func builtinRulesOfForeignLabelsStayAway() throws {
    var options = ClassifierOptions()
    options.labels = ["fast-path", "slow"]
    options.defaultLabel = "slow"
    let cascade = try Cascade(options: options, seed: (1, 2))
    #expect(cascade.explain(SampleRequest("GET", "/healthz")).rule == "builtin-probes")
    #expect(cascade.explain(.json("{}", to: "/train")).verdict.source == .fallback)
}

@Test func builtinNamesAreUnique() {
    #expect(Set(BuiltinRules.rules.map(\.name)).count == BuiltinRules.rules.count)
}
