/// Reads `classifier.llm`: how the language model is reached, and how it is asked about what. Whether it
/// answers is nobody's business here.

import Classifier
import LLMClient
import ProxyServer
import Vocabulary

extension Reader {
    mutating func llm(
        _ given: Tree.Entry, labels: [String], _ stage: inout LLMStageOptions, _ options: inout LLMOptions
    ) {
        let before = diagnostics.count
        stage.isEnabled = Self.isWanted(given)
        for entry in entries(given.value, "classifier.llm", "classifier.llm") {
            let path = "classifier.llm.\(entry.key)"
            if let setting = Keys.llmStage.first(where: { $0.key == entry.key }) {
                setting.read(&stage, entry.value, path, &self)
            } else if let setting = Keys.llm.first(where: { $0.key == entry.key }) {
                setting.read(&options, entry.value, path, &self)
            } else {
                part(entry, path, labels, &stage, &options)
            }
        }
        if let file = given.value["token_file"], given.value["token"] != nil {
            fail(file.origin, "classifier.llm.token_file: there is a token too; remove one")
        }
        guard diagnostics.count == before else { return }
        for problem in options.problems { fail(given.value.origin, "classifier.llm: \(problem)") }
    }

    /// To be there is to be wanted; but a deadline alone, from the environment, asks for no model.
    private static func isWanted(_ given: Tree.Entry) -> Bool {
        let deadline = Origin.environment("CLASSIFY_TIMEOUT_SECONDS")
        return given.keyOrigin != deadline || given.value.entries?.contains { $0.value.origin != deadline } ?? true
    }

    private mutating func part(
        _ entry: Tree.Entry, _ path: String, _ labels: [String], _ stage: inout LLMStageOptions,
        _ options: inout LLMOptions
    ) {
        let value = entry.value
        switch entry.key {
        case "enabled": stage.isEnabled = flag(value, path) ?? stage.isEnabled
        case "url": options.url = url(value, path) ?? options.url
        case "modes":
            let modes = LLMMode.allCases.map(\.rawValue)
            byLabel(value, path, labels) { reader, label, value, path in
                if let word = reader.word(value, path, modes) { stage.modes[label] = LLMMode(rawValue: word) }
            }
        case "descriptions":
            byLabel(value, path, labels) { reader, label, value, path in
                stage.descriptions[label] = reader.text(value, path, "what the label means")
            }
        case "examples": options.examples = examples(value, path, labels)
        case "token": options.token = text(value, path, "a bearer token")
        case "token_file": options.tokenFile = file(value, path, "a file that holds the token")
        case "ca": options.authorityFile = file(value, path, "a PEM file")
        case "breaker": section(value, path, Keys.breaker, &options)
        default: preconditionFailure("a key without a reader: \(path)")
        }
    }

    private mutating func file(_ tree: Tree, _ path: String, _ kind: String) -> String? {
        text(tree, path, "the path of \(kind)").flatMap { readable($0, tree.origin, path, kind) }
    }

    /// A mapping whose keys are labels.
    private mutating func byLabel(
        _ tree: Tree, _ path: String, _ labels: [String],
        _ read: (inout Reader, String, Tree, String) -> Void
    ) {
        for entry in mapping(tree, path) ?? [] {
            guard labels.contains(entry.key) else {
                fail(
                    entry.keyOrigin,
                    "\(path): \"\(entry.key.clipped)\" is not a label; \(Spelling.hint(for: entry.key, in: labels, called: "the labels"))"
                )
                continue
            }
            read(&self, entry.key, entry.value, "\(path).\(entry.key)")
        }
    }

    private mutating func examples(_ tree: Tree, _ path: String, _ labels: [String]) -> [LLMOptions.Example] {
        if tree.isNull { return [] }
        guard let items = tree.items else {
            fail(tree.origin, "\(path): expected a list of examples, found \(tree.kind)")
            return []
        }
        return items.enumerated().compactMap { index, item in
            let path = "\(path)[\(index)]"
            let parts = entries(item, path, "classifier.llm.examples[]")
            guard item.entries != nil else { return nil }
            guard let request = parts.first(where: { $0.key == "request" })?.value,
                let label = parts.first(where: { $0.key == "label" })?.value
            else {
                fail(item.origin, "\(path): an example needs request and label, as { request: GET /health, label: \(labels.first ?? "general") }")
                return nil
            }
            guard let request = text(request, "\(path).request", "a request's text"),
                let label = word(label, "\(path).label", labels)
            else { return nil }
            return LLMOptions.Example(request: request, label: label)
        }
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
