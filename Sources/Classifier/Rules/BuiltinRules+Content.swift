/// The built-in rules that read the body: language models, embeddings, vectors, SQL, GraphQL and
/// many records at once. Each looks only at the fields that say what to do, never at free text that
/// merely mentions it.

extension BuiltinRules {
    private static let outputTokens = [
        "/max_tokens", "/max_completion_tokens", "/maxTokens", "/options/num_predict",
        "/max_new_tokens", "/parameters/max_new_tokens",
    ]
    private static let prompts = [
        "/messages/*/content", "/messages/*/content/*/text", "/prompt", "/inputs",
    ]

    private static let generating = Condition.all([
        posting,
        .any([
            segment("chat/completions|completions|messages|api/generate|api/chat|generate|chat"),
            .all([exists(["/messages", "/prompt"]), exists(outputTokens)]),
        ]),
        exists(["/messages/*/content", "/prompt", "/inputs"]),
    ])

    static let languageModels = [
        // What comes out counts first: a few tokens are quick however large the wish.
        rule(
            "few-tokens", fast, generating, number(outputTokens, .init(.ge, 0), .init(.le, 64)),
            .bodySize(Comparison([.init(.le, 2048)]))),
        rule(
            "few-tokens-of-much", general, generating,
            number(outputTokens, .init(.ge, 0), .init(.le, 64))),
        rule(
            "seeing-models", heavy, generating,
            exists(["/images", "/messages/*/images", "/messages/*/content/*/image_url"])),
        rule("many-candidates", heavy, generating, number(["/n", "/best_of"], .init(.ge, 4))),
        rule("code-and-proofs", heavy, generating, text(prompts, asked)),
        rule(
            "small-talk", fast, generating,
            text(
                ["/messages/0/content", "/prompt"],
                "^ *(?:hi|hello|hey|thanks|thank you|good (?:morning|evening|night)|how are you)"
                    + "(?: there)?[ .!?,]*$")),
        rule(
            "short-rewrite", general, generating,
            text(prompts, "^ *(?:please )?(?:translate|rewrite|rephrase|proofread|summari[sz]e) ")),
        rule(
            "long-output", heavy, generating,
            .any([
                text(prompts, longForm),
                .all([
                    number(outputTokens, .init(.ge, 2000)),
                    count(prompts, .init(.ge, 160)),
                ]),
            ])),
        rule(
            "many-embeddings", heavy, posting, segment("embed|embeddings?"),
            exists(["/input/16", "/inputs/16", "/texts/16", "/documents/16"])),
        rule("few-embeddings", general, posting, segment("embed|embeddings?|moderations?")),
    ]

    /// Asks for code or a proof, in the words of someone who wants one.
    private static let asked =
        "```|(?:write|implement|create|build|generate|develop)[^.!?\\n]*"
        + " (?:function|program|script|class|unit tests?|parser|algorithm)(?:[ .,;:!?]|$)"
        + "|(?:debug|refactor) (?:this|the|my)"
        + "|^ *prove (?:that|the|by)"

    private static let longForm =
        "(?:write|draft|produce|generate)[^.!?\\n]*"
        + " (?:novel|book|chapters?|essay|thesis|white ?paper|[1-9][0-9]+[- ]pages?)"
        + "|(?:twenty|thirty|[1-9][0-9])-page|[1-9][0-9]{3,} words"

    static let data = sql + graphql + records

    private static let statements = ["/sql", "/query", "/statement", "/q", "/stmt"]

    private static let sql = [
        rule(
            "sql-explain", general, posting, text(statements, "^\\s*explain\\s+(?:select|with|\\()")
        ),
        rule(
            "sql-joins", heavy, posting,
            text(
                statements,
                "^\\s*(?:select|with)\\s(?s).*\\s(?:join|group\\s+by|over\\s*\\(|union)[\\s(]")),
        rule(
            "sql-one-row", fast, posting,
            .any([
                text(statements, "^\\s*select\\s(?s).*\\slimit\\s+1\\s*;?\\s*$"),
                text(
                    statements,
                    "^\\s*select\\s[^()]*\\sfrom\\s+\\S+\\s+where\\s+(?:\\w+\\.)?(?:id|uuid|key|\\w+_id)"
                        + "\\s*=\\s*\\S+\\s*;?\\s*$"),
            ])),
        rule(
            "sql-ordinary", general, posting,
            text(
                statements,
                "^\\s*(?:insert|update|delete)\\s|^\\s*select\\s(?s).*\\slimit\\s+[0-9]{1,3}\\s*;?\\s*$"
            )),
        rule(
            "sql-whole-table", heavy, posting,
            text(statements, "^\\s*select\\s+\\*\\s+from\\s+[\\w.\"]+\\s*;?\\s*$")),
    ]

    private static let graphql = [
        rule("graphql-mutation", general, .graphql(types: ["mutation"], names: [])),
        rule(
            "graphql-one-object", fast, .graphql(types: ["query"], names: []),
            text(
                ["/query"],
                "^\\s*(?:query\\s*\\w*\\s*(?:\\([^()]*\\)\\s*)?)?\\{\\s*(?:__typename"
                    + "|\\w+\\s*\\(\\s*id\\s*:\\s*[^(){}]*\\)\\s*\\{[^{}()]*\\})\\s*\\}\\s*$")),
    ]

    /// More lines than a small write has.
    private static let manyLines = "(?:[^\\n]+\\n){40}"

    private static let records = [
        rule(
            "vector-search", heavy, posting,
            .any([
                exists(["/knn"]),
                number(["/vector/7", "/query_vector/7"], .init(.ge, -.infinity)),
            ])),
        rule(
            "many-lines", heavy, posting,
            .any([
                segment("_?bulk|batch|import|logs/bulk"),
                .contentType([.glob("application/x-ndjson"), .glob("application/jsonl")]),
            ]),
            .body(.regex(manyLines, ignoreCase: false))),
        rule(
            "many-records", heavy, posting, segment("_?bulk|batch|[a-z_-]*(?:bulk|batch)|import"),
            exists(["/24", "/items/24", "/records/24", "/rows/24", "/requests/24"])),
    ]
}
