/// Reads YAML text into a `Tree`. Owns everything that is YAML's: syntax errors, merge keys,
/// aliases, duplicate keys. It never looks at what a key means.

import Yams

/// Reads one document; problems are collected, never thrown.
struct YAMLReading {
    /// A configuration is written by hand: more is a mistake, and Yams recurses over it.
    static let maximumBytes = 1 << 20
    /// Nodes after aliases are expanded, so that nested aliases cannot multiply without end.
    static let maximumNodes = 100_000
    static let maximumDepth = 64
    /// Duplicate keys that are looked for before giving up.
    static let maximumDuplicates = 64

    struct Problem: Equatable {
        var line: Int
        var column: Int
        var message: String
    }

    private(set) var problems: [Problem] = []
    private var nodes = 0
    /// Positions of keys that were masked to get past Yams' refusal, with their true names.
    private var masked: [Position: String] = [:]
    private let origin: ((Int, Int) -> Origin)

    private struct Position: Hashable {
        var line: Int
        var column: Int

        /// What stands nowhere is said of the beginning.
        init(_ mark: Mark?) {
            line = mark?.line ?? 1
            column = mark?.column ?? 1
        }
    }

    init(origin: @escaping (Int, Int) -> Origin) { self.origin = origin }

    /// `nil` for an empty document or one that cannot be read at all.
    mutating func tree(of text: String) -> Tree? {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        guard text.utf8.count <= Self.maximumBytes else {
            problems.append(
                Problem(
                    line: 1, column: 1, message: "larger than \(Self.maximumBytes) bytes: this is not a configuration"))
            return nil
        }
        for _ in 0...Self.maximumDuplicates {
            do {
                return try Yams.compose(yaml: text).flatMap { convert($0, depth: 0) }
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard mask(&text, at: context.mark, names: names) else {
                    let list = names.sorted().map { "\"\($0.clipped)\"" }.joined(separator: ", ")
                    problems.append(
                        Problem(
                            line: context.mark.line, column: context.mark.column,
                            message: "duplicate key \(list); remove one"))
                    return nil
                }
            } catch {
                problems.append(Self.problem(from: error))
                return nil
            }
        }
        problems.append(Problem(line: 1, column: 1, message: "too many duplicate keys"))
        return nil
    }

    /// Yams gives up at the first duplicate key. To report all of them with everything else, the
    /// first of the two gets another name of the same length and the document is read again.
    private mutating func mask(_ text: inout String, at mark: Mark, names: [String]) -> Bool {
        var scalars = Array(text.unicodeScalars)
        guard var index = Self.offset(of: mark, in: scalars), index < scalars.count else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, let first = names.sorted().first, !first.isEmpty else { return false }
        guard first.unicodeScalars.first == scalars[index], let mask = Unicode.Scalar(0xE000 + UInt32(masked.count))
        else { return false }
        scalars[index] = mask
        masked[Position(mark)] = first
        text = String(String.UnicodeScalarView(scalars))
        return true
    }

    /// Lines end as YAML 1.1 says: CR LF, CR, LF, NEL, LS, PS.
    private static func offset(of mark: Mark, in scalars: [Unicode.Scalar]) -> Int? {
        var line = 1
        var index = 0
        while line < mark.line {
            guard index < scalars.count else { return nil }
            switch scalars[index] {
            case "\r":
                if index + 1 < scalars.count, scalars[index + 1] == "\n" { index += 1 }
                line += 1
            case "\n", "\u{85}", "\u{2028}", "\u{2029}": line += 1
            default: break
            }
            index += 1
        }
        return index + mark.column - 1
    }

    private static func problem(from error: any Error) -> Problem {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let about = context.map { " \($0.text) at line \($0.mark.line)" } ?? ""
            return Problem(line: mark.line, column: mark.column, message: "not YAML: \(problem)\(about)")
        case YamlError.reader(let problem, _, _, _):
            return Problem(line: 1, column: 1, message: "not YAML: \(problem)")
        default:
            return Problem(line: 1, column: 1, message: "not YAML: \(error)")
        }
    }

    private mutating func convert(_ node: Node, depth: Int) -> Tree? {
        let mark = Position(node.mark)
        nodes += 1
        guard nodes <= Self.maximumNodes, depth <= Self.maximumDepth else {
            if nodes <= Self.maximumNodes || nodes == Self.maximumNodes + 1 {
                problem(
                    mark,
                    "nested too deep or expanded too far: a configuration has at most \(Self.maximumDepth) levels and \(Self.maximumNodes) values"
                )
                nodes = max(nodes, Self.maximumNodes + 1)
            }
            return nil
        }
        let place = origin(mark.line, mark.column)
        switch node {
        case .scalar(let scalar):
            let plain = scalar.style == .plain && scalar.tag.rawValue != Tag.Name.str.rawValue
            return Tree(.scalar(scalar.string, plain: plain), place)
        case .sequence(let sequence):
            var items: [Tree] = []
            for item in sequence {
                guard let tree = convert(item, depth: depth + 1) else { return nil }
                items.append(tree)
            }
            return Tree(.list(items), place)
        case .mapping(let mapping):
            return convert(mapping, place, depth: depth)
        case .alias:
            problem(mark, "an alias that stands for nothing")
            return nil
        }
    }

    private mutating func convert(_ mapping: Node.Mapping, _ place: Origin, depth: Int) -> Tree? {
        var own: [Tree.Entry] = []
        var merged: [Tree.Entry] = []
        for (key, value) in mapping {
            let mark = Position(key.mark)
            guard case .scalar(let scalar) = key else {
                problem(mark, "a key must be plain text")
                continue
            }
            guard let tree = convert(value, depth: depth + 1) else { return nil }
            if scalar.string == "<<", scalar.style == .plain {
                merge(tree, mark, into: &merged)
                continue
            }
            let name = masked[mark] ?? scalar.string
            if let first = own.first(where: { $0.key == name }) {
                problem(mark, "duplicate key \"\(name.clipped)\"\(Self.firstGiven(first.keyOrigin)); remove one")
            } else {
                own.append(Tree.Entry(key: name, keyOrigin: origin(mark.line, mark.column), value: tree))
            }
        }
        for entry in merged where !own.contains(where: { $0.key == entry.key }) { own.append(entry) }
        return Tree(.mapping(own), place)
    }

    /// A key of the mapping itself wins over a merged one, an earlier merge over a later one.
    private mutating func merge(_ tree: Tree, _ mark: Position, into merged: inout [Tree.Entry]) {
        for source in tree.items ?? [tree] {
            guard let entries = source.entries else {
                problem(mark, "<< merges a mapping or a list of mappings")
                return
            }
            for entry in entries where !merged.contains(where: { $0.key == entry.key }) { merged.append(entry) }
        }
    }

    private static func firstGiven(_ origin: Origin) -> String {
        if case .file(let line, _) = origin { return ", first given at line \(line)" }
        return ""
    }

    private mutating func problem(_ mark: Position, _ message: String) {
        problems.append(Problem(line: mark.line, column: mark.column, message: message))
    }
}
