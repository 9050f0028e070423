/// Writes a `Tree` as YAML: block mappings, flow lists of scalars, quotes where a plain text would
/// be read as something else. Knows nothing of keys.

extension Printer {
    static func emit(_ tree: Tree) -> String {
        var out = ""
        block(tree, 0, &out)
        return out
    }

    private static func block(_ tree: Tree, _ indent: Int, _ out: inout String) {
        switch tree.content {
        case .mapping(let entries):
            if entries.isEmpty { out += "{}\n" }
            for entry in entries {
                out += String(repeating: " ", count: indent) + quoted(entry.key) + ":"
                child(entry.value, indent, &out)
            }
        case .list(let items):
            if items.isEmpty { out += "[]\n" }
            for item in items {
                // The item's own first line stands behind the dash.
                var text = ""
                block(item, indent + 2, &text)
                out += String(repeating: " ", count: indent) + "- " + text.drop { $0 == " " }
            }
        case .scalar: out += inline(tree) + "\n"
        }
    }

    private static func child(_ tree: Tree, _ indent: Int, _ out: inout String) {
        let isBlock =
            switch tree.content {
            case .mapping(let entries): !entries.isEmpty
            case .list(let items): items.contains { $0.scalar == nil }
            case .scalar: false
            }
        guard isBlock else {
            out += " " + inline(tree) + "\n"
            return
        }
        out += "\n"
        block(tree, indent + 2, &out)
    }

    private static func inline(_ tree: Tree) -> String {
        switch tree.content {
        case .scalar(let text, plain: true): text
        case .scalar(let text, plain: false): quoted(text)
        case .list(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
        case .mapping: "{}"
        }
    }

    private static let reserved: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "null", "y", "n", "auto", "unlimited", "stdout",
    ]

    private static func quoted(_ text: String) -> String {
        let head = text.utf8.first.map { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "/") } ?? false
        let tail = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "_./-".utf8.contains(byte)
        }
        if head, tail, !reserved.contains(text.lowercased()) { return text }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x20...0x7E: String(scalar)
        // Line breaks, byte order marks and what YAML does not print would not come back.
        case 0x2028, 0x2029, 0xFEFF: hexadecimal(scalar)
        case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: String(scalar)
        default: hexadecimal(scalar)
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
