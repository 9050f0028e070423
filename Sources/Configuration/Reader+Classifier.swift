/// Reads `classifier`: labels, the look at the body, cache, rules, model. Conditions are read in
/// `Reader+Conditions.swift`, the language model in `Reader+LLM.swift`; compiling is the classifier's.

import Classifier
import ProxyServer
import Telemetry
import Vocabulary

extension Reader {
    mutating func classifier(_ tree: Tree, _ proxy: inout ProxyOptions) {
        var options = ClassifierOptions()
        var rules: Tree?
        var llm: Tree.Entry?
        section(tree, "classifier", "classifier", Keys.classifier, &options) { reader, options, entry in
            let value = entry.value
            switch entry.key {
            case "labels": reader.labels(value, &options)
            case "default_label":
                options.defaultLabel = reader.text(value, "classifier.default_label", "a label") ?? options.defaultLabel
            case "inspect": reader.section(value, "classifier.inspect", Keys.inspect, &options.inspect)
            case "cache": reader.section(value, "classifier.cache", Keys.cache, &options.cache)
            case "rules": rules = value
            case "model": reader.model(value, &options.model)
            case "llm": llm = entry
            case "journal":
                reader.section(value, "classifier.journal", "classifier.journal", Keys.journal, &proxy.journal) {
                    $1.path = $0.destination($2, "classifier.journal.path")
                }
            case "shadow":
                reader.shadowOrigin = value.origin
                reader.section(value, "classifier.shadow", "classifier.shadow", Keys.shadow, &proxy.shadow) {
                    $0.shadowOrigin = $2.value.origin
                    $1.path = $0.destination($2, "classifier.shadow.path")
                }
            default: preconditionFailure("a key without a reader: \(entry.key)")
            }
        }
        // These name labels, so they come last, wherever they stand.
        if let rules { options.rules = self.rules(rules, labels: options.labels) }
        if let llm { self.llm(llm, labels: options.labels, &options.llm, &proxy.llm) }
        proxy.classifier = options
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
        let isAsking = parts["llm"] != nil
        for key in isAsking ? ["name", "match"] : ["name", "match", "label"] where parts[key] == nil {
            fail(
                tree.origin,
                "\(path): a rule needs \(key), as { name: probes, match: { path: \"/health*\" }, label: \(labels.first ?? "general") }"
            )
        }
        let name = parts["name"].flatMap { ruleName($0, path) }
        let match = parts["match"].flatMap { condition($0, "\(path).match", depth: 0) }
        let effect = isAsking ? asking(parts, path) : parts["label"].flatMap { label($0, path, labels) }
        guard let name, let match, let effect else { return nil }
        return Rule(name: name, match: match, effect: effect)
    }

    private mutating func label(_ tree: Tree, _ path: String, _ labels: [String]) -> Rule.Effect? {
        word(tree, "\(path).label", labels).map { .label($0) }
    }

    private mutating func asking(_ parts: [String: Tree], _ path: String) -> Rule.Effect? {
        if let label = parts["label"] {
            fail(label.origin, "\(path): a rule that gives a label asks nobody; remove label or llm")
        }
        guard let mode = parts["llm"], let word = word(mode, "\(path).llm", LLMMode.allCases.map(\.rawValue))
        else { return nil }
        return LLMMode(rawValue: word).map { .llm($0) }
    }

    /// A file's path, or nil for `off`.
    private mutating func destination(_ entry: Tree.Entry, _ path: String) -> String? {
        if entry.value.truth == false || entry.value.scalar == "off" { return nil }
        return text(entry.value, path, "off or a file's path").map { place(of: $0, entry.value.origin) }
    }

    private mutating func model(_ tree: Tree, _ options: inout ModelOptions) {
        modelOrigin = tree.origin
        section(tree, "classifier.model", "classifier.model", Keys.model, &options) { reader, options, entry in
            let path = "classifier.model.path"
            reader.modelOrigin = entry.value.origin
            guard let text = reader.text(entry.value, path, "auto, builtin, none or a file's path") else { return }
            switch text {
            case "auto": options.source = .automatic
            case "builtin": options.source = .builtin
            case "none": options.source = .none
            default: options.source = .file(reader.place(of: text, entry.value.origin))
            }
        }
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
}
