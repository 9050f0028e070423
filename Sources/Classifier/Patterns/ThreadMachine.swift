/// Thompson's nondeterministic automaton of a pattern: the step between its syntax and the table
/// that requests are matched with. It exists only while rules are compiled.
struct ThreadMachine {
    enum Node {
        case consume(ByteSet, next: Int)
        case fork(Int, Int)
        /// Passable at the start of the text only.
        case start(next: Int)
        /// Passable at the end of the text only.
        case end(next: Int)
        case accept
    }

    /// `{m,n}` multiplies nodes; beyond this a table would not fit its own bound anyway.
    static let mostNodes = 20_000

    private(set) var nodes: [Node] = [.accept]
    private(set) var entry = 0

    init(_ syntax: PatternSyntax) throws(PatternProblem) {
        entry = try build(syntax, then: 0)
    }

    private mutating func add(_ node: Node) throws(PatternProblem) -> Int {
        guard nodes.count < Self.mostNodes else {
            throw PatternProblem(message: "the pattern is too large", position: nil)
        }
        nodes.append(node)
        return nodes.count - 1
    }

    private mutating func build(
        _ syntax: PatternSyntax, then next: Int
    ) throws(PatternProblem) -> Int {
        switch syntax {
        case .oneOf(let set): return try add(.consume(set, next: next))
        case .start: return try add(.start(next: next))
        case .end: return try add(.end(next: next))
        case .sequence(let items):
            var entry = next
            for item in items.reversed() { entry = try build(item, then: entry) }
            return entry
        case .alternatives(let branches):
            var entry: Int?
            for branch in branches.reversed() {
                let start = try build(branch, then: next)
                if let other = entry { entry = try add(.fork(start, other)) } else { entry = start }
            }
            return entry ?? next
        case .repeated(let item, let least, let most):
            return try buildRepeated(item, least, most, then: next)
        }
    }

    private mutating func buildRepeated(
        _ item: PatternSyntax, _ least: Int, _ most: Int?, then next: Int
    ) throws(PatternProblem) -> Int {
        var entry = next
        if let most {
            for _ in least..<max(least, most) {
                entry = try add(.fork(try build(item, then: entry), next))
            }
        } else {
            entry = try add(.fork(next, next))
            nodes[entry] = .fork(try build(item, then: entry), next)
        }
        for _ in 0..<least { entry = try build(item, then: entry) }
        return entry
    }

    /// The nodes that consume, accept or wait for the end, reachable from `seeds` without a byte.
    /// `visits` counts the work.
    func closure(
        of seeds: some Sequence<Int>, atStart: Bool, atEnd: Bool, marks: inout [Int], mark: Int,
        visits: inout Int
    ) -> [Int] {
        var result: [Int] = []
        var pending = Array(seeds)
        while let node = pending.popLast() {
            guard marks[node] != mark else { continue }
            marks[node] = mark
            visits += 1
            switch nodes[node] {
            case .fork(let first, let second):
                pending.append(second)
                pending.append(first)
            case .start(let next): if atStart { pending.append(next) }
            case .end(let next):
                if atEnd { pending.append(next) }
                result.append(node)
            case .consume, .accept: result.append(node)
            }
        }
        return result.sorted()
    }
}
