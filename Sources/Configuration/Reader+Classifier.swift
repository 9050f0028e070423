/// Reads `classifier`: labels, the look at the body, cache, rules. Conditions are read in
/// `Reader+Conditions.swift`; compiling them is the classifier's.

import Classifier
import Vocabulary

extension Reader {
    mutating func classifier(_ tree: Tree) -> ClassifierOptions {
        var options = ClassifierOptions()
        var rules: Tree?
        section(tree, "classifier", "classifier", Keys.classifier, &options) { reader, options, entry in
            let value = entry.value
            switch entry.key {
            case "labels": reader.labels(value, &options)
            case "default_label":
                options.defaultLabel = reader.text(value, "classifier.default_label", "a label") ?? options.defaultLabel
            case "inspect": reader.section(value, "classifier.inspect", Keys.inspect, &options.inspect)
            case "cache": reader.section(value, "classifier.cache", Keys.cache, &options.cache)
            case "rules": rules = value
            case "model": reader.model(entry)
            case "llm": reader.llm(entry)
            default: preconditionFailure("a key without a reader: \(entry.key)")
            }
        }
        // The rules name labels, so they come last, wherever they stand.
        if let rules { options.rules = self.rules(rules, labels: options.labels) }
        return options
    }

    private mutating func labels(_ tree: Tree, _ options: inout ClassifierOptions) {
        guard let entries = mapping(tree, "classifier.labels") else { return }
        guard (1...Limits.labels).contains(entries.count) else {
            fail(
                tree.origin,
                "classifier.labels: there are \(entries.count) labels; use 1 to \(Limits.labels), as general: general")
            return
        }
        options.labels = []
        options.poolOfLabel = [:]
        for entry in entries {
            _ = name(entry.key, entry.keyOrigin, "classifier.labels")
            options.labels.append(entry.key)
            options.poolOfLabel[entry.key] = text(
                entry.value, "classifier.labels.\(entry.key.clipped)", "the name of a pool")
        }
    }

    private mutating func rules(_ tree: Tree, labels: [String]) -> [Rule] {
        if tree.isNull { return [] }
        guard let items = tree.items else {
            fail(tree.origin, "classifier.rules: expected a list of rules, found \(tree.kind)")
            return []
        }
        return items.enumerated().compactMap { rule($1, "classifier.rules[\($0)]", labels) }
    }

    private mutating func rule(_ tree: Tree, _ path: String, _ labels: [String]) -> Rule? {
        let entries = entries(tree, path, "classifier.rules[]")
        guard tree.entries != nil else {
            if tree.isNull { fail(tree.origin, "\(path): the rule is empty; give name, match and label") }
            return nil
        }
        var parts: [String: Tree] = [:]
        for entry in entries { parts[entry.key] = entry.value }
        for key in ["name", "match", "label"] where parts[key] == nil {
            fail(
                tree.origin,
                "\(path): a rule needs \(key), as { name: probes, match: { path: \"/health*\" }, label: \(labels.first ?? "general") }"
            )
        }
        let name = parts["name"].flatMap { ruleName($0, path) }
        let match = parts["match"].flatMap { condition($0, "\(path).match", depth: 0) }
        let label = parts["label"].flatMap { word($0, "\(path).label", labels) }
        guard let name, let match, let label else { return nil }
        return Rule(name: name, match: match, label: label)
    }

    private mutating func ruleName(_ tree: Tree, _ path: String) -> String? {
        guard let name = text(tree, "\(path).name", "a name") else { return nil }
        guard self.name(name, tree.origin, "\(path).name") else { return nil }
        if ruleOrigins[name] != nil {
            fail(tree.origin, "\(path).name: there is already a rule \"\(name)\"; rename one")
        } else {
            ruleOrigins[name] = tree.origin
        }
        return name
    }

    // MARK: What comes with a later version

    private mutating func model(_ entry: Tree.Entry) {
        for part in entries(entry.value, "classifier.model", "classifier.model") {
            let path = "classifier.model.\(part.key)"
            switch part.key {
            case "path": _ = text(part.value, path, "builtin or a file's path")
            case "min_confidence": _ = number(part.value, path, 0...1)
            default: preconditionFailure("a key without a reader: \(path)")
            }
        }
        warn(entry.keyOrigin, "classifier.model has no effect yet: this version decides by cache and rules")
    }

    private mutating func llm(_ entry: Tree.Entry) {
        for part in entries(entry.value, "classifier.llm", "classifier.llm") {
            let path = "classifier.llm.\(part.key)"
            switch part.key {
            case "url": _ = url(part.value, path)
            case "model": _ = text(part.value, path, "the name of a model")
            case "mode": _ = word(part.value, path, ["background", "wait"])
            case "deadline": _ = duration(part.value, path, Interval.milliseconds(1)...Interval.seconds(3600))
            case "max_in_flight": _ = count(part.value, path, 1...1024)
            default: preconditionFailure("a key without a reader: \(path)")
            }
        }
        warn(entry.keyOrigin, "classifier.llm has no effect yet: this version decides by cache and rules")
    }

    private mutating func url(_ tree: Tree, _ path: String) -> String? {
        guard let text = text(tree, path, "a URL as http://127.0.0.1:11434") else { return nil }
        let rest = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }.map { text.dropFirst($0.count) }
        guard let rest, let first = rest.first, first != "/", !text.contains(where: \.isWhitespace) else {
            fail(tree.origin, "\(path): \"\(text.clipped)\" is not a URL; write http://host:port")
            return nil
        }
        return text
    }
}
