/// Builds the tree of JSON pointers and the pool of names while rules are compiled; neither is there
/// when requests are matched, only the arrays they leave.
struct ProbeTree {
    private(set) var nodes: [ProbeNode] = [
        ProbeNode(token: TextRange(offset: 0, count: 0), index: -1, isAnyElement: false)
    ]
    private(set) var probes: [Probe] = []
    private(set) var deepest = 0

    /// RFC 6901, 3 and 4.
    static func tokens(of pointer: String, atMost most: Int) throws(PatternProblem) -> [[UInt8]] {
        guard !pointer.isEmpty else { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else {
            throw PatternProblem(message: "must be empty or begin with '/'", position: 0)
        }
        let parts = pointer.utf8.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= most else {
            throw PatternProblem(message: "more than \(most) tokens", position: nil)
        }
        var tokens: [[UInt8]] = []
        for part in parts { tokens.append(try unescaped(Array(part))) }
        return tokens
    }

    private static func unescaped(_ part: [UInt8]) throws(PatternProblem) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < part.count {
            if part[index] == UInt8(ascii: "~") {
                index += 1
                switch index < part.count ? part[index] : 0 {
                case UInt8(ascii: "0"): result.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): result.append(UInt8(ascii: "/"))
                default: throw PatternProblem(message: "'~' must be ~0 or ~1", position: nil)
                }
            } else {
                result.append(part[index])
            }
            index += 1
        }
        return result
    }

    /// The number of the probe. The same question at the same place is asked once.
    mutating func add(_ probe: Probe, at tokens: [[UInt8]], text: inout TextPool) -> Int32 {
        var node = 0
        for token in tokens { node = child(of: node, named: token, text: &text) }
        deepest = max(deepest, tokens.count)
        if probe.kind == .length { nodes[node].measuresLength = true }
        var known = nodes[node].firstProbe
        while known >= 0 {
            let other = probes[Int(known)]
            if other.kind == probe.kind && other.operands == probe.operands { return known }
            known = other.next
        }
        var added = probe
        added.next = nodes[node].firstProbe
        probes.append(added)
        nodes[node].firstProbe = Int32(probes.count - 1)
        return nodes[node].firstProbe
    }

    private mutating func child(of node: Int, named token: [UInt8], text: inout TextPool) -> Int {
        let range = text.add(token)
        var sibling = nodes[node].firstChild
        while sibling >= 0 {
            if nodes[Int(sibling)].token == range { return Int(sibling) }
            sibling = nodes[Int(sibling)].nextSibling
        }
        let isAny = token == [UInt8(ascii: "*")] || token == [UInt8(ascii: "-")]
        var added = ProbeNode(token: range, index: Self.arrayIndex(token), isAnyElement: isAny)
        added.nextSibling = nodes[node].firstChild
        nodes.append(added)
        nodes[node].firstChild = Int32(nodes.count - 1)
        return nodes.count - 1
    }

    private static func arrayIndex(_ token: [UInt8]) -> Int {
        guard let first = token.first, first != UInt8(ascii: "0") || token.count == 1,
            token.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = Int(String(decoding: token, as: UTF8.self))
        else { return -1 }
        return value
    }
}

/// Every name the rules compare with, each once, end to end.
struct TextPool {
    private(set) var bytes: [UInt8] = []
    private var ranges: [[UInt8]: TextRange] = [:]

    mutating func add(_ text: String) -> TextRange { add(Array(text.utf8)) }

    mutating func add(_ text: [UInt8]) -> TextRange {
        if let known = ranges[text] { return known }
        let range = TextRange(offset: Int32(bytes.count), count: Int32(text.count))
        bytes += text
        ranges[text] = range
        return range
    }

    func known(_ text: String) -> TextRange {
        guard let range = ranges[Array(text.utf8)] else { preconditionFailure("never added") }
        return range
    }
}
