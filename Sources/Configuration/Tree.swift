/// A document as it was written: text, lists and mappings, each with the place it came from. Owns
/// the shape only; what a value means is the reader's business.

struct Tree: Sendable {
    indirect enum Content: Sendable {
        /// `plain` is a scalar without quotes, which alone can be a number, a truth value or null.
        case scalar(String, plain: Bool)
        case list([Tree])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var keyOrigin: Origin
        var value: Tree
    }

    var content: Content
    var origin: Origin

    init(_ content: Content, _ origin: Origin) {
        self.content = content
        self.origin = origin
    }

    static func text(_ text: String, _ origin: Origin = .defaults) -> Tree {
        Tree(.scalar(text, plain: false), origin)
    }

    static func plain(_ text: String, _ origin: Origin = .defaults) -> Tree {
        Tree(.scalar(text, plain: true), origin)
    }

    static func mapping(_ pairs: [(String, Tree)]) -> Tree {
        Tree(
            .mapping(pairs.map { Entry(key: $0.0, keyOrigin: $0.1.origin, value: $0.1) }), .defaults)
    }

    var scalar: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    var items: [Tree]? {
        if case .list(let items) = content { items } else { nil }
    }

    /// `~`, `null` or nothing at all: a key without a value.
    var isNull: Bool {
        if case .scalar(let text, plain: true) = content { return ["", "~", "null", "Null", "NULL"].contains(text) }
        return false
    }

    /// The YAML 1.2 truth values with 1.1's on/off and yes/no, unquoted.
    var truth: Bool? {
        guard case .scalar(let text, plain: true) = content else { return nil }
        switch text.lowercased() {
        case "true", "on", "yes": return true
        case "false", "off", "no": return false
        default: return nil
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : "\"\(text.clipped)\""
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    func entry(_ key: String) -> Entry? { entries?.first { $0.key == key } }

    subscript(key: String) -> Tree? { entry(key)?.value }
}

extension Tree {
    enum Misplacement: Error, Equatable {
        case notAContainer(String)
        case badIndex(String, count: Int)
    }

    /// Puts `value` at `path`, making mappings on the way. A list takes an index, or its count to
    /// append.
    mutating func set(_ path: ArraySlice<String>, to value: Tree) throws(Misplacement) {
        guard let step = path.first else {
            self = value
            return
        }
        let rest = path.dropFirst()
        switch content {
        case .mapping(var entries):
            if let index = entries.firstIndex(where: { $0.key == step }) {
                try entries[index].value.set(rest, to: value)
            } else {
                var child = Tree(.mapping([]), value.origin)
                try child.set(rest, to: value)
                entries.append(Entry(key: step, keyOrigin: value.origin, value: child))
            }
            content = .mapping(entries)
        case .list(var items):
            guard let index = Int(step), (0...items.count).contains(index) else {
                throw .badIndex(step, count: items.count)
            }
            if index == items.count { items.append(Tree(.mapping([]), value.origin)) }
            try items[index].set(rest, to: value)
            content = .list(items)
        case .scalar:
            guard isNull else { throw .notAContainer(step) }
            self = Tree(.mapping([]), value.origin)
            try set(path, to: value)
        }
    }
}

extension String {
    /// Short enough for a message, and without control characters.
    var clipped: String {
        let bound = 64
        let safe = String(
            String.UnicodeScalarView(
                unicodeScalars.prefix(bound).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
        return unicodeScalars.count > bound ? safe + "..." : safe
    }
}
