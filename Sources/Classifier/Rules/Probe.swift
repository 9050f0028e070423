/// What the rules ask of JSON bodies, compiled: a tree of pointer tokens, and at its nodes the tests
/// whose answers one pass over the body collects. Flat tables, no references.

/// One token of a pointer. Siblings are linked; the root (node 0) is the whole document.
struct ProbeNode {
    /// The unescaped token in the rule set's text.
    var token: TextRange
    /// The token as an array index, or -1.
    var index: Int
    /// `*` or `-`: every element of an array.
    var isAnyElement: Bool
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
    var firstProbe: Int32 = -1
    var measuresLength = false
}

struct Probe {
    enum Kind {
        case exists, number, length, text, yes, no, null
        /// GraphQL's `query` and `operationName`: kept for a look inside.
        case graphqlQuery, graphqlName
    }

    var kind: Kind
    /// Comparison terms or automata.
    var operands: TableRange
    /// The next test at the same node.
    var next: Int32 = -1
}

/// A run of bytes in the rule set's text.
struct TextRange: Hashable {
    var offset: Int32
    var count: Int32
}

/// A run of entries in one of the rule set's tables.
struct TableRange: Hashable {
    var first: Int32
    var count: Int32

    static let none = TableRange(first: 0, count: 0)

    var indices: Range<Int> { Int(first)..<Int(first + count) }
}

struct ComparisonTerm {
    var comparator: Comparison.Operator
    var value: Double

    @inline(__always)
    func holds(_ other: Double) -> Bool {
        switch comparator {
        case .eq: other == value
        case .ne: other != value
        case .lt: other < value
        case .le: other <= value
        case .gt: other > value
        case .ge: other >= value
        }
    }
}
