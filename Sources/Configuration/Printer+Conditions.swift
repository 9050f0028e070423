/// Prints what a rule asks of a request, in the words `Reader+Conditions.swift` understands.

import Classifier
import Vocabulary

extension Printer {
    static func condition(_ condition: Condition) -> Tree {
        switch condition {
        case .all(let parts): sideBySide(parts) ?? .mapping([("all", conditions(parts))])
        case .any(let parts): .mapping([("any", conditions(parts))])
        case .not(let part): .mapping([("not", self.condition(part))])
        case .method(let methods): .mapping([("method", list(methods))])
        case .host(let patterns): texts(patterns, "host", { .host([$0]) })
        case .path(let patterns): texts(patterns, "path", { .path([$0]) })
        case .contentType(let patterns): texts(patterns, "content_type", { .contentType([$0]) })
        case .header(let name, let test): value("header", name, test) { .header(name, .matches([$0])) }
        case .query(let name, let test): value("query", name, test) { .query(name, .matches([$0])) }
        case .bodySize(let comparison): .mapping([("body_size", .mapping(terms(comparison, sizes: true)))])
        case .json(let pointer, let test): json(pointer, test)
        case .graphql(let types, let names): .mapping([("graphql", graphql(types, names))])
        case .body(let pattern): .mapping([("body", .mapping(self.pattern(pattern)))])
        }
    }

    private static func conditions(_ parts: [Condition]) -> Tree { Tree(.list(parts.map(condition)), .defaults) }

    /// `nil` if two would be under one key, or if there would be nothing to stand beside.
    private static func sideBySide(_ parts: [Condition]) -> Tree? {
        let entries = parts.flatMap { condition($0).entries ?? [] }
        guard parts.count > 1, entries.count == parts.count, Set(entries.map(\.key)).count == entries.count else {
            return nil
        }
        return Tree(.mapping(entries), .defaults)
    }

    /// Globs under their key; other patterns as alternatives.
    private static func texts(_ patterns: [TextPattern], _ key: String, _ one: (TextPattern) -> Condition) -> Tree {
        let globs = globs(patterns)
        if let globs { return .mapping([(key, list(globs))]) }
        if key == "path", patterns.count == 1, case .regex(let text, ignoreCase: false) = patterns[0] {
            return .mapping([("path_regex", .text(text))])
        }
        if patterns.count == 1 { return .mapping([(key == "path" ? "path_regex" : key, .text(text(of: patterns[0])))]) }
        return .mapping([("any", Tree(.list(patterns.map { condition(one($0)) }), .defaults))])
    }

    private static func globs(_ patterns: [TextPattern]) -> [String]? {
        let globs = patterns.compactMap { if case .glob(let text) = $0 { text } else { nil } }
        return globs.count == patterns.count ? globs : nil
    }

    private static func text(of pattern: TextPattern) -> String {
        switch pattern {
        case .glob(let text), .regex(let text, _), .contains(let text, _): text
        }
    }

    private static func pattern(_ pattern: TextPattern) -> [(String, Tree)] {
        switch pattern {
        case .glob(let text): [("glob", .text(text))]
        case .regex(let text, let ignoreCase): [("regex", .text(text))] + flag(ignoreCase)
        case .contains(let text, let ignoreCase): [("contains", .text(text))] + flag(ignoreCase)
        }
    }

    private static func flag(_ ignoreCase: Bool) -> [(String, Tree)] {
        ignoreCase ? [("ignore_case", .plain("true"))] : []
    }

    /// Patterns of one kind, as their key and a list; `nil` if they are mixed.
    private static func uniform(_ patterns: [TextPattern]) -> [(String, Tree)]? {
        let parts = patterns.map(pattern)
        let kinds = Set(parts.map { $0[0].0 + ($0.count > 1 ? "i" : "") })
        guard kinds.count == 1, let first = parts.first else { return nil }
        return [(first[0].0, list(patterns.map(text(of:))))] + first.dropFirst()
    }

    private static func value(
        _ key: String, _ name: String, _ test: ValueTest, _ one: (TextPattern) -> Condition
    ) -> Tree {
        switch test {
        case .present: .mapping([(key, .mapping([(name, .mapping([("present", .plain("true"))]))]))])
        case .absent: .mapping([(key, .mapping([(name, .mapping([("present", .plain("false"))]))]))])
        case .matches(let patterns):
            if let globs = globs(patterns) {
                .mapping([(key, .mapping([(name, list(globs))]))])
            } else if let uniform = uniform(patterns) {
                .mapping([(key, .mapping([(name, .mapping(uniform))]))])
            } else {
                .mapping([("any", Tree(.list(patterns.map { condition(one($0)) }), .defaults))])
            }
        }
    }

    private static func json(_ pointer: String, _ test: JSONTest) -> Tree {
        var parts: [(String, Tree)]
        switch test {
        case .exists: parts = [("exists", .plain("true"))]
        case .absent: parts = [("exists", .plain("false"))]
        case .null: parts = [("eq", .plain("null"))]
        case .boolean(let value): parts = [("eq", .plain(value ? "true" : "false"))]
        case .length(let comparison): parts = [("length", .mapping(terms(comparison, sizes: false)))]
        case .number(let comparison): parts = terms(comparison, sizes: false)
        case .text(let patterns):
            guard let uniform = uniform(patterns) else {
                let each = patterns.map { condition(.json(pointer: pointer, .text([$0]))) }
                return .mapping([("any", Tree(.list(each), .defaults))])
            }
            parts = uniform
        }
        parts.insert(("pointer", .text(pointer)), at: 0)
        return .mapping([("json", .mapping(parts))])
    }

    private static func terms(_ comparison: Comparison, sizes: Bool) -> [(String, Tree)] {
        comparison.terms.map { term in
            let whole = UInt64(exactly: term.value)
            if sizes, let whole { return (term.comparator.rawValue, .plain(Quantity.text(size: whole))) }
            return (term.comparator.rawValue, .plain(whole.map { "\($0)" } ?? "\(term.value)"))
        }
    }

    private static func graphql(_ types: [String], _ names: [TextPattern]) -> Tree {
        var parts: [(String, Tree)] = []
        if !types.isEmpty { parts.append(("operation", list(types))) }
        if !names.isEmpty { parts.append(("name", list(names.map(text(of:))))) }
        return .mapping(parts)
    }
}
