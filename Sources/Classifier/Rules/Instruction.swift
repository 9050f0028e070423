/// One test of the compiled rules and where its answer leads. All conditions of all rules become
/// one forward-only program: no test is run twice, and there is nothing to recurse into.
struct Instruction {
    enum Test {
        case method, host, path, contentType, bodySize, json, graphql, body
        case header, headerPresent
        case query, queryPresent

        /// Whether the answer needs the body, or at least its length.
        var looksAtBody: Bool {
            switch self {
            case .bodySize, .json, .graphql, .body: true
            default: false
            }
        }
    }

    var test: Test
    /// Automata, comparison terms, or (`json`) the probe in `first`.
    var operands = TableRange.none
    /// Header (lower case) or parameter name.
    var name = TextRange(offset: 0, count: 0)
    /// Methods, or GraphQL operation types; a bit each.
    var bits: UInt64 = 0
    var onTrue: Destination = .none
    var onFalse: Destination = .none
}

/// Where a program goes on: an instruction, a rule that has matched, or the end without a match.
struct Destination: Equatable {
    let code: Int32

    static let none = Destination(code: .min)

    static func instruction(_ index: Int) -> Destination { Destination(code: Int32(index)) }

    static func rule(_ index: Int) -> Destination { Destination(code: -1 - Int32(index)) }

    @inline(__always) var isInstruction: Bool { code >= 0 }

    var matchedRule: Int? { code < 0 && self != .none ? Int(-1 - code) : nil }
}
