/// Rules: what each key of `match` becomes, what is refused, and that it prints back.

import Classifier
import ProxyServer
import Testing
import Vocabulary

@testable import Configuration

private func rule(_ match: String) -> String {
    "classifier: { rules: [{ name: r, label: general, match: \(match) }] }"
}

@Suite struct RuleTests {
    static let conditions: [(String, Condition)] = [
        ("{ method: GET }", .method(["GET"])),
        ("{ method: [GET, HEAD], path: '/h*' }", .all([.method(["GET", "HEAD"]), .path([.glob("/h*")])])),
        ("{ host: [a, '*.b'] }", .host([.glob("a"), .glob("*.b")])),
        ("{ path_regex: '^/v[0-9]' }", .path([.regex("^/v[0-9]", ignoreCase: false)])),
        ("{ header: { A: 'x*' } }", .header("A", .matches([.glob("x*")]))),
        (
            "{ header: { A: { present: false }, B: { present: true } } }",
            .all([.header("A", .absent), .header("B", .present)])
        ),
        (
            "{ query: { q: { regex: 'a|b', ignore_case: true } } }",
            .query("q", .matches([.regex("a|b", ignoreCase: true)]))
        ),
        (
            "{ query: { q: { contains: [a, b] } } }",
            .query("q", .matches([.contains("a", ignoreCase: false), .contains("b", ignoreCase: false)]))
        ),
        ("{ content_type: 'image/*' }", .contentType([.glob("image/*")])),
        ("{ body_size: { ge: 64KiB, lt: 1MB } }", .bodySize(Comparison([.init(.ge, 65536), .init(.lt, 1_000_000)]))),
        (
            "{ json: { pointer: /a, gt: 1.5, lt: 9 } }",
            .json(pointer: "/a", .number(Comparison([.init(.gt, 1.5), .init(.lt, 9)])))
        ),
        (
            "{ json: [{ pointer: /a, eq: true }, { pointer: '', exists: false }] }",
            .all([.json(pointer: "/a", .boolean(true)), .json(pointer: "", .absent)])
        ),
        ("{ json: { pointer: /a, eq: 'true' } }", .json(pointer: "/a", .text([.glob("true")]))),
        (
            "{ json: { pointer: /a, eq: 'a*b.' } }",
            .json(pointer: "/a", .text([.regex("^a\\*b\\.$", ignoreCase: false)]))
        ),
        ("{ json: { pointer: /a, eq: null } }", .json(pointer: "/a", .null)),
        (
            "{ json: { pointer: /a, ne: x } }",
            .all([.json(pointer: "/a", .exists), .not(.json(pointer: "/a", .text([.glob("x")])))])
        ),
        ("{ json: { pointer: /a, length: { ge: 16 } } }", .json(pointer: "/a", .length(Comparison([.init(.ge, 16)])))),
        (
            "{ json: { pointer: /a, contains: [x, y], ignore_case: true } }",
            .json(pointer: "/a", .text([.contains("x", ignoreCase: true), .contains("y", ignoreCase: true)]))
        ),
        ("{ graphql: }", .graphql(types: [], names: [])),
        (
            "{ graphql: { operation: [query, mutation], name: 'Get*' } }",
            .graphql(types: ["query", "mutation"], names: [.glob("Get*")])
        ),
        ("{ body: { contains: x } }", .body(.contains("x", ignoreCase: false))),
        (
            "{ body: { contains: [x, y], regex: z, ignore_case: true } }",
            .all([
                .any([.body(.contains("x", ignoreCase: true)), .body(.contains("y", ignoreCase: true))]),
                .body(.regex("z", ignoreCase: true)),
            ])
        ),
        ("{ all: [{ method: A }, { method: B }] }", .all([.method(["A"]), .method(["B"])])),
        ("{ all: [{ method: A }] }", .all([.method(["A"])])),
        (
            "{ any: [{ method: A }, { not: { path: '\\u2028\"\\t' } }] }".replacing("'", with: "'"),
            .any([.method(["A"]), .not(.path([.glob("\\u2028\"\\t")]))])
        ),
        ("{ path: \"\\u2028\\\"\\t\\0é\" }", .path([.glob("\u{2028}\"\t\0é")])),
    ]

    @Test(arguments: conditions) func reads(_ text: String, _ condition: Condition) {
        #expect(options(rule(text)).classifier.rules == [Rule(name: "r", match: condition, label: "general")])
    }

    @Test(arguments: conditions) func printsBack(_ text: String, _ condition: Condition) {
        let before = options(rule(text))
        #expect(options(Printer.yaml(before)) == before, "\(Printer.yaml(before))")
    }

    @Test(arguments: [
        (
            "{}",
            "classifier.rules[0].match: empty; say what to match, as { path: \"/health*\" } (everything is path: \"*\")"
        ),
        ("{ paht: a }", "unknown key \"paht\" in classifier.rules[0].match; did you mean \"path\"?"),
        (
            "{ json: { gt: 1 } }",
            "classifier.rules[0].match.json: needs a pointer (RFC 6901), as { pointer: /max_tokens, gt: 1000 }"
        ),
        (
            "{ json: { pointer: a, gt: 1 } }",
            "classifier.rules[0].match.json.pointer: expected a JSON pointer (RFC 6901) as /items/0/id, found \"a\""
        ),
        ("{ json: { pointer: /a, gt: x } }", "classifier.rules[0].match.json.gt: expected a number, found \"x\""),
        (
            "{ body_size: { ge: x } }",
            "classifier.rules[0].match.body_size.ge: expected a size as 16KiB, 1MB or plain bytes, found \"x\""
        ),
        ("{ any: [] }", "classifier.rules[0].match.any: expected a list of conditions, found an empty list"),
        (
            "{ graphql: { operation: qeury } }",
            "classifier.rules[0].match.graphql.operation: \"qeury\" is not possible here; did you mean \"query\"?"
        ),
        (
            "{ header: { A: { ignore_case: true } } }",
            "classifier.rules[0].match.header.A: nothing to test; give a pattern, present, regex or contains"
        ),
    ]) func refuses(_ text: String, _ message: String) {
        let said = said(rule(text))
        #expect(said.count == 1)
        #expect(said.first?.hasSuffix(": " + message) == true, "\(said)")
    }

    @Test func namesAndLabels() {
        let text = """
            classifier:
              rules:
                - { name: a, match: { path: "*" }, label: fast-pth }
                - { name: a, match: { path: "*" }, label: general }
                - { match: { path: "*" }, label: general }
            """
        #expect(
            said(text) == [
                "f:3:47: classifier.rules[0].label: \"fast-pth\" is not possible here; did you mean \"fast-path\"?",
                "f:4:15: classifier.rules[1].name: there is already a rule \"a\"; rename one",
                "f:5:7: classifier.rules[2]: a rule needs name, as { name: probes, match: { path: \"/health*\" }, label: fast-path }",
            ])
    }

    @Test func compilerProblemsHaveAPlace() {
        let configured = ConfigurationLoader.read(
            rule("{ path_regex: '(' }"), file: "f", environment: [:], overrides: [])
        let said = configured.diagnostics.map(\.description)
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("f:1:31: rule \"r\": ") == true)
        #expect(configured.hasErrors)
    }
}
