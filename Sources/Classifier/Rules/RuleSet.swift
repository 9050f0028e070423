/// The compiled rules: one program over flat tables that answers which rule, if any, is the first to
/// match a request. It owns the tables and is immutable; matching allocates nothing and takes time
/// linear in the request.

import Vocabulary

/// `@unchecked`: the tables are written in `init` and only read afterwards.
final class RuleSet: @unchecked Sendable {
    /// Pointers into tables that live as long as the rule set.
    struct Tables {
        var instructions: UnsafeMutablePointer<Instruction>
        var automata: UnsafeMutablePointer<Automaton>
        var terms: UnsafeMutablePointer<ComparisonTerm>
        var nodes: UnsafeMutablePointer<ProbeNode>
        var probes: UnsafeMutablePointer<Probe>
        /// Exact method names; their position is their bit.
        var methods: UnsafeMutablePointer<TextRange>
        /// Lower-case names of the headers that rules look at.
        var headers: UnsafeMutablePointer<TextRange>
        var text: UnsafeMutablePointer<UInt8>
        var automatonCount = 0
        var nodeCount = 0
        var probeCount = 0
        var methodCount = 0
        var headerCount = 0
        var deepestPointer = 0
        var start = Destination.none
    }

    struct CompiledRule: Sendable {
        var name: String
        /// Meaningless with `llm`.
        var label: Label
        var llm: LLMMode?
        var isBuiltin: Bool
    }

    enum Outcome: Equatable {
        case matched(rule: Int)
        case unmatched
        /// Only if the body may not be looked at.
        case needsBody
    }

    let tables: Tables
    let rules: [CompiledRule]
    private let labelOfRule: UnsafeMutablePointer<Label>

    init(tables: Tables, rules: [CompiledRule]) {
        self.tables = tables
        self.rules = rules
        labelOfRule = .allocate(capacity: max(rules.count, 1))
        for (index, rule) in rules.enumerated() { (labelOfRule + index).initialize(to: rule.label) }
    }

    deinit {
        for index in 0..<tables.automatonCount { tables.automata[index].deallocate() }
        tables.instructions.deallocate()
        tables.automata.deallocate()
        tables.terms.deallocate()
        tables.nodes.deallocate()
        tables.probes.deallocate()
        tables.methods.deallocate()
        tables.headers.deallocate()
        tables.text.deallocate()
        labelOfRule.deallocate()
    }

    func label(ofRule index: Int) -> Label { labelOfRule[index] }

    /// The first rule that matches. Without the body, `needsBody` if that depends on it.
    func firstMatch(
        _ request: RequestView, bodyComplete: Bool, withBody: Bool, scratch: Scratch
    ) -> Outcome {
        let matching = RuleMatching(
            tables: tables, request: request, bodyComplete: bodyComplete, scratch: scratch)
        scratch.reset()
        let methodBit = matching.methodBit
        var place = tables.start
        while place.isInstruction {
            let instruction = tables.instructions[Int(place.code)]
            if !withBody, instruction.test.looksAtBody, matching.dependsOnBody(instruction) {
                return .needsBody
            }
            let holds = matching.holds(instruction, methodBit: methodBit)
            place = holds ? instruction.onTrue : instruction.onFalse
        }
        return place.matchedRule.map { .matched(rule: $0) } ?? .unmatched
    }
}

extension RuleSet.Tables {
    @inline(__always)
    func bytes(_ range: TextRange) -> Bytes {
        Bytes(start: text + Int(range.offset), count: Int(range.count))
    }

    func token(of node: Int, equals key: JSONString) -> Bool {
        if !key.hasEscapes && key.raw.count != Int(nodes[node].token.count) { return false }
        return key.equals(bytes(nodes[node].token))
    }

    func holds(_ range: TableRange, _ value: Double) -> Bool {
        for index in range.indices where !terms[index].holds(value) { return false }
        return true
    }

    func anyMatches(_ range: TableRange, _ bytes: Bytes, atEnd: Bool = true) -> Bool {
        for index in range.indices where automata[index].matches(bytes, atEnd: atEnd) {
            return true
        }
        return false
    }

    func anyMatches(_ range: TableRange, _ text: JSONString) -> Bool {
        for index in range.indices where text.matches(automata[index]) { return true }
        return false
    }

    func anyMatches(_ range: TableRange, _ text: QueryText) -> Bool {
        for index in range.indices where text.matches(automata[index]) { return true }
        return false
    }
}
