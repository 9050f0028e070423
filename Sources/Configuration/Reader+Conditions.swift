/// Reads `match`: what a rule asks of a request. Keys beside each other must all hold, items of a
/// list are alternatives. Patterns are compiled by the classifier, not here.

import Classifier
import Vocabulary

extension Reader {
    /// Nesting of `all`, `any` and `not`.
    static let maximumConditionDepth = 16

    mutating func condition(_ tree: Tree, _ path: String, depth: Int) -> Condition? {
        guard depth <= Self.maximumConditionDepth else {
            fail(tree.origin, "\(path): nested deeper than \(Self.maximumConditionDepth); flatten the rule")
            return nil
        }
        let before = diagnostics.count
        var parts: [Condition] = []
        for entry in entries(tree, path, "classifier.rules[].match") {
            parts += conditions(entry.key, entry.value, "\(path).\(entry.key)", depth)
        }
        if parts.isEmpty, diagnostics.count == before {
            fail(
                tree.origin, "\(path): empty; say what to match, as { path: \"/health*\" } (everything is path: \"*\")")
        }
        guard diagnostics.count == before else { return nil }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    /// Empty if there was something to say against it.
    private mutating func conditions(_ key: String, _ tree: Tree, _ path: String, _ depth: Int) -> [Condition] {
        switch key {
        case "method": return texts(tree, path, "a method as GET").map { [.method($0)] } ?? []
        case "host": return globs(tree, path, "a pattern as \"*.example.com\"").map { [.host($0)] } ?? []
        case "path": return globs(tree, path, "a pattern as \"/health*\"").map { [.path($0)] } ?? []
        case "path_regex":
            return text(tree, path, "a regular expression").map { [.path([.regex($0, ignoreCase: false)])] } ?? []
        case "content_type":
            return globs(tree, path, "a media type as application/json").map { [.contentType($0)] } ?? []
        case "header": return values(tree, path, "header").map { .header($0, $1) }
        case "query": return values(tree, path, "query").map { .query($0, $1) }
        case "body_size": return sizes(tree, path).map { [.bodySize($0)] } ?? []
        case "json": return (tree.items ?? [tree]).flatMap { json($0, path) }
        case "graphql": return graphql(tree, path).map { [$0] } ?? []
        case "body": return body(tree, path)
        case "all": return list(tree, path, depth).map { [.all($0)] } ?? []
        case "any": return list(tree, path, depth).map { [.any($0)] } ?? []
        case "not": return condition(tree, path, depth: depth + 1).map { [.not($0)] } ?? []
        default: preconditionFailure("a condition without a reader: \(key)")
        }
    }

    private mutating func list(_ tree: Tree, _ path: String, _ depth: Int) -> [Condition]? {
        guard let items = tree.items, !items.isEmpty else {
            fail(
                tree.origin,
                "\(path): expected a list of conditions, found \(tree.items == nil ? tree.kind : "an empty list")")
            return nil
        }
        let conditions = items.enumerated().compactMap { condition($1, "\(path)[\($0)]", depth: depth + 1) }
        return conditions.count == items.count ? conditions : nil
    }

    private mutating func globs(_ tree: Tree, _ path: String, _ expected: String) -> [TextPattern]? {
        texts(tree, path, expected)?.map { .glob($0) }
    }

    // MARK: Header and query

    private mutating func values(_ tree: Tree, _ path: String, _ kind: String) -> [(String, ValueTest)] {
        guard let entries = mapping(tree, path) else { return [] }
        if entries.isEmpty {
            fail(
                tree.origin,
                "\(path): empty; give names and patterns, as { \(kind == "header" ? "X-Tenant: \"acme*\"" : "page: \"*\"") }"
            )
        }
        return entries.flatMap { entry in
            valueTests(entry.value, "\(path).\(entry.key.clipped)", kind).map { (entry.key, $0) }
        }
    }

    private mutating func valueTests(_ tree: Tree, _ path: String, _ kind: String) -> [ValueTest] {
        guard tree.entries != nil else { return globs(tree, path, "a pattern").map { [.matches($0)] } ?? [] }
        let entries = entries(tree, path, "classifier.rules[].match.\(kind).*")
        let ignoreCase = ignoreCase(entries, path)
        var tests: [ValueTest] = []
        for entry in entries {
            let place = "\(path).\(entry.key)"
            switch entry.key {
            case "present": tests += flag(entry.value, place).map { [$0 ? .present : .absent] } ?? []
            case "regex":
                tests +=
                    texts(entry.value, place, "a regular expression").map {
                        [.matches($0.map { .regex($0, ignoreCase: ignoreCase) })]
                    } ?? []
            case "contains":
                tests +=
                    texts(entry.value, place, "a text").map {
                        [.matches($0.map { .contains($0, ignoreCase: ignoreCase) })]
                    } ?? []
            case "ignore_case": continue
            default: preconditionFailure("a test without a reader: \(place)")
            }
        }
        if entries.allSatisfy({ $0.key == "ignore_case" }) {
            fail(tree.origin, "\(path): nothing to test; give a pattern, present, regex or contains")
        }
        return tests
    }

    private mutating func ignoreCase(_ entries: [Tree.Entry], _ path: String) -> Bool {
        guard let value = entries.first(where: { $0.key == "ignore_case" })?.value else { return false }
        return flag(value, "\(path).ignore_case") ?? false
    }

    // MARK: Numbers

    private mutating func sizes(_ tree: Tree, _ path: String) -> Comparison? {
        let entries = entries(tree, path, "classifier.rules[].match.body_size")
        return comparison(entries, tree, path) { reader, value, place in
            reader.size(value, place, 0...1 << 50).map { Double($0) }
        }
    }

    private mutating func comparison(
        _ entries: [Tree.Entry], _ tree: Tree, _ path: String,
        _ read: (inout Reader, Tree, String) -> Double?
    ) -> Comparison? {
        var terms: [Comparison.Term] = []
        for entry in entries {
            guard let comparator = Comparison.Operator(rawValue: entry.key) else {
                preconditionFailure("a comparison without a reader: \(entry.key)")
            }
            if let value = read(&self, entry.value, "\(path).\(entry.key)") { terms.append(.init(comparator, value)) }
        }
        if tree.isNull || tree.entries?.isEmpty == true {
            fail(
                tree.origin, "\(path): nothing to compare with; give one of \(Keys.comparators.joined(separator: ", "))"
            )
        }
        return terms.isEmpty ? nil : Comparison(terms)
    }

    // MARK: JSON

    private mutating func json(_ tree: Tree, _ path: String) -> [Condition] {
        let entries = entries(tree, path, "classifier.rules[].match.json")
        guard tree.entries != nil else {
            if tree.isNull {
                fail(tree.origin, "\(path): empty; give a pointer and a test, as { pointer: /max_tokens, gt: 1000 }")
            }
            return []
        }
        guard let place = entries.first(where: { $0.key == "pointer" })?.value else {
            fail(tree.origin, "\(path): needs a pointer (RFC 6901), as { pointer: /max_tokens, gt: 1000 }")
            return []
        }
        guard let pointer = place.scalar, pointer.isEmpty || pointer.hasPrefix("/"), !place.isNull || pointer.isEmpty
        else {
            fail(
                place.origin, "\(path).pointer: expected a JSON pointer (RFC 6901) as /items/0/id, found \(place.kind)")
            return []
        }
        return jsonTests(entries.filter { $0.key != "pointer" }, tree, path).map { $0.at(pointer) }
    }

    private mutating func jsonTests(_ entries: [Tree.Entry], _ tree: Tree, _ path: String) -> [JSONQuestion] {
        let ignoreCase = ignoreCase(entries, path)
        var terms: [Comparison.Term] = []
        var tests: [JSONQuestion] = []
        for entry in entries where entry.key != "ignore_case" {
            let place = "\(path).\(entry.key)"
            let value = entry.value
            switch entry.key {
            case "exists": tests += flag(value, place).map { [.is($0 ? .exists : .absent)] } ?? []
            case "glob": tests += globs(value, place, "a pattern").map { [.is(.text($0))] } ?? []
            case "regex":
                tests +=
                    texts(value, place, "a regular expression").map {
                        [.is(.text($0.map { .regex($0, ignoreCase: ignoreCase) }))]
                    } ?? []
            case "contains":
                tests +=
                    texts(value, place, "a text").map { [.is(.text($0.map { .contains($0, ignoreCase: ignoreCase) }))] }
                    ?? []
            case "length":
                let lengths = self.entries(value, place, "classifier.rules[].match.json.length")
                tests +=
                    comparison(lengths, value, place) { $0.number($1, $2, 0...1e15) }.map { [.is(.length($0))] } ?? []
            case "eq", "ne":
                if let number = Self.plainNumber(value) {
                    terms.append(.init(entry.key == "eq" ? .eq : .ne, number))
                } else if let test = equality(value, place) {
                    tests.append(entry.key == "eq" ? .is(test) : .isNot(test))
                }
            default:
                guard let comparator = Comparison.Operator(rawValue: entry.key) else {
                    preconditionFailure("a test without a reader: \(place)")
                }
                terms += number(value, place, -1e300...1e300).map { [.init(comparator, $0)] } ?? []
            }
        }
        if !terms.isEmpty { tests.append(.is(.number(Comparison(terms)))) }
        if entries.allSatisfy({ $0.key == "ignore_case" }) {
            fail(
                tree.origin,
                "\(path): nothing to test; add one of \(Keys.jsonTests.filter { $0 != "ignore_case" }.joined(separator: ", "))"
            )
        }
        return tests
    }

    private static func plainNumber(_ tree: Tree) -> Double? {
        guard case .scalar(let text, plain: true) = tree.content else { return nil }
        return number(text)
    }

    /// A string is compared as it stands: one with `*` or `?` in it becomes a regular expression,
    /// as a glob could not say it.
    private mutating func equality(_ tree: Tree, _ path: String) -> JSONTest? {
        guard case .scalar(let text, let plain) = tree.content else {
            fail(tree.origin, "\(path): expected a number, a text, true, false or null, found \(tree.kind)")
            return nil
        }
        if plain, tree.isNull { return .null }
        if plain, text == "true" || text == "false" { return .boolean(text == "true") }
        guard text.contains(where: { "*?\\".contains($0) }) else { return .text([.glob(text)]) }
        let escaped = text.map { "\\.^$|()[]{}*+?".contains($0) ? "\\\($0)" : String($0) }.joined()
        return .text([.regex("^\(escaped)$", ignoreCase: false)])
    }

    // MARK: GraphQL and text

    private mutating func graphql(_ tree: Tree, _ path: String) -> Condition? {
        var types: [String] = []
        var names: [TextPattern] = []
        guard tree.isNull || tree.entries != nil else {
            _ = mapping(tree, path)
            return nil
        }
        for entry in entries(tree, path, "classifier.rules[].match.graphql") {
            let place = "\(path).\(entry.key)"
            if entry.key == "name" {
                names = globs(entry.value, place, "a pattern as \"Get*\"") ?? []
            } else {
                types = (entry.value.items ?? [entry.value]).compactMap {
                    word($0, place, ["query", "mutation", "subscription"])
                }
            }
        }
        return .graphql(types: types, names: names)
    }

    private mutating func body(_ tree: Tree, _ path: String) -> [Condition] {
        let entries = entries(tree, path, "classifier.rules[].match.body")
        let ignoreCase = ignoreCase(entries, path)
        var conditions: [Condition] = []
        for entry in entries where entry.key != "ignore_case" {
            let isRegex = entry.key == "regex"
            guard let texts = texts(entry.value, "\(path).\(entry.key)", isRegex ? "a regular expression" : "a text")
            else { continue }
            let patterns = texts.map { text -> Condition in
                .body(isRegex ? .regex(text, ignoreCase: ignoreCase) : .contains(text, ignoreCase: ignoreCase))
            }
            conditions.append(patterns.count == 1 ? patterns[0] : .any(patterns))
        }
        if tree.isNull || tree.entries?.allSatisfy({ $0.key == "ignore_case" }) == true {
            fail(tree.origin, "\(path): nothing to look for; give contains or regex")
        }
        return conditions
    }
}

/// A test of a JSON field, or its contrary for a field that is there.
private enum JSONQuestion {
    case `is`(JSONTest)
    case isNot(JSONTest)

    func at(_ pointer: String) -> Condition {
        switch self {
        case .is(let test): .json(pointer: pointer, test)
        case .isNot(let test): .all([.json(pointer: pointer, .exists), .not(.json(pointer: pointer, test))])
        }
    }
}
