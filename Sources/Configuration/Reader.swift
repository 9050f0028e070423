/// Turns a `Tree` into options. Owns what is valid and what is said of what is not; it goes on after
/// an error, so that all are seen at once. It never reads a file other than to see that one exists.

import Classifier
import ProxyServer
import Telemetry
import Vocabulary

struct Reader {
    let file: String?
    var diagnostics: [Diagnostic] = []
    /// Where each rule's name stands, for what the classifier finds when it compiles the rules.
    var ruleOrigins: [String: Origin] = [:]

    /// Where the model was named, for what is wrong with it.
    var modelOrigin = Origin.defaults
    var shadowOrigin = Origin.defaults

    init(file: String?) { self.file = file }

    mutating func read(_ tree: Tree) -> ProxyOptions {
        var options = ProxyOptions()
        section(tree, "", "", Keys.root, &options) { reader, options, entry in
            let value = entry.value
            switch entry.key {
            case "listeners": options.listeners = reader.listeners(value) ?? options.listeners
            case "admin": options.admin = reader.admin(value)
            case "pools": options.pools = reader.pools(value) ?? options.pools
            case "classifier": reader.classifier(value, &options)
            case "headers": reader.section(value, "headers", Keys.headers, &options.headers)
            case "limits": reader.section(value, "limits", Keys.limits, &options.limits)
            case "timeouts": reader.section(value, "timeouts", Keys.timeouts, &options.timeouts)
            case "access_log": options.accessLog = reader.accessLog(value)
            case "log": reader.section(value, "log", Keys.log, &options.log)
            default: preconditionFailure("a key without a reader: \(entry.key)")
            }
        }
        checkTogether(options, tree)
        return options
    }

    private mutating func accessLog(_ tree: Tree) -> AccessLogOptions {
        var options = AccessLogOptions()
        section(tree, "access_log", "access_log", Keys.accessLog, &options) { reader, options, entry in
            let path = "access_log.destination"
            if entry.value.truth == false || entry.value.scalar == "off" {
                options.destination = .off
            } else if let text = reader.text(entry.value, path, "off, stdout or a file's path") {
                options.destination = text == "stdout" ? .stdout : .file(text)
            }
        }
        return options
    }

    // MARK: Sections

    mutating func section<Root>(_ tree: Tree, _ path: String, _ settings: [Setting<Root>], _ root: inout Root) {
        section(tree, path, path, settings, &root) { _, _, entry in
            preconditionFailure("a key without a reader: \(entry.key)")
        }
    }

    /// `path` as it is said to the user, `pattern` as it stands in `Keys`. Keys that are no scalar
    /// setting go to `other`.
    mutating func section<Root>(
        _ tree: Tree, _ path: String, _ pattern: String, _ settings: [Setting<Root>], _ root: inout Root,
        other: (inout Reader, inout Root, Tree.Entry) -> Void
    ) {
        for entry in entries(tree, path, pattern) {
            if let setting = settings.first(where: { $0.key == entry.key }) {
                setting.read(&root, entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)", &self)
            } else {
                other(&self, &root, entry)
            }
        }
    }

    /// The entries whose keys are known; nothing at all is an empty mapping.
    mutating func entries(_ tree: Tree, _ path: String, _ pattern: String) -> [Tree.Entry] {
        guard let entries = mapping(tree, path) else { return [] }
        let known = Keys.children(of: pattern)
        return entries.filter { entry in
            guard !known.contains(entry.key) else { return true }
            let place = path.isEmpty ? "" : " in \(path)"
            fail(
                entry.keyOrigin,
                "unknown key \"\(entry.key.clipped)\"\(place); \(Spelling.hint(for: entry.key, in: known, called: "the keys here"))"
            )
            return false
        }
    }

    /// A mapping whose keys are the user's.
    mutating func mapping(_ tree: Tree, _ path: String) -> [Tree.Entry]? {
        if tree.isNull { return [] }
        guard let entries = tree.entries else {
            fail(
                tree.origin,
                "\(path.isEmpty ? "the configuration" : path): expected a mapping (key: value), found \(tree.kind)")
            return nil
        }
        return entries
    }

    // MARK: Saying

    mutating func fail(_ origin: Origin, _ message: String) {
        diagnostics.append(Diagnostic(.error, file: file, origin: origin, message: message))
    }

    mutating func warn(_ origin: Origin, _ message: String) {
        diagnostics.append(Diagnostic(.warning, file: file, origin: origin, message: message))
    }
}
