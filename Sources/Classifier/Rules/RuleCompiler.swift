/// Turns the rules of the options into a `RuleSet`, once, at start. It reports every problem of
/// every rule, not only the first, and leaves nothing behind but the tables.

import Vocabulary

/// One thing wrong with the classifier's options. `rule` is the rule's name, or nil.
public struct RuleProblem: Error, Hashable, Sendable {
    public var rule: String?
    public var message: String
}

public struct RuleProblems: Error, Hashable, Sendable {
    public var problems: [RuleProblem]
}

struct RuleCompiler {
    /// Their set is one word.
    static let mostMethods = 64
    /// Tokens of one JSON pointer: a frame each while a body is read.
    static let deepestPointer = 16

    private(set) var problems: [RuleProblem] = []
    private let labels: [String]
    private var rule: String?
    private var instructions: [Instruction] = []
    private var automata: [Automaton] = []
    /// Rules like to ask the same of several fields; tables are worth building once.
    private var compiledPatterns: [String: TableRange] = [:]
    private var terms: [ComparisonTerm] = []
    private var probes = ProbeTree()
    private var methods: [String] = []
    private var headers: [TextRange] = []
    private var text = TextPool()

    /// Problems with `rules`; the built-in ones have none, which a test sees to.
    static func compile(
        _ rules: [(rule: Rule, isBuiltin: Bool)], labels: [String]
    ) -> Result<RuleSet, RuleProblems> {
        var compiler = RuleCompiler(labels: labels)
        var compiled: [RuleSet.CompiledRule] = []
        var start = Destination.none
        for (index, entry) in rules.enumerated().reversed() {
            compiler.rule = entry.rule.name
            let label = entry.rule.label.map { compiler.number(ofLabel: $0) } ?? 0
            start = compiler.compile(entry.rule.match, then: .rule(index), otherwise: start)
            compiled.append(
                .init(
                    name: entry.rule.name, label: Label(index: UInt8(label)), llm: entry.rule.llm,
                    isBuiltin: entry.isBuiltin))
        }
        guard compiler.problems.isEmpty else {
            for automaton in compiler.automata { automaton.deallocate() }
            return .failure(RuleProblems(problems: compiler.problems.reversed()))
        }
        return .success(
            RuleSet(tables: compiler.tables(start: start), rules: compiled.reversed()))
    }

    private init(labels: [String]) { self.labels = labels }

    private mutating func report(_ message: String) {
        problems.append(RuleProblem(rule: rule, message: message))
    }

    private mutating func number(ofLabel name: String) -> Int {
        if let index = labels.firstIndex(of: name) { return index }
        report("there is no label '\(name)'")
        return 0
    }

    private func tables(start: Destination) -> RuleSet.Tables {
        let methodNames = methods.map { text.known($0) }
        return RuleSet.Tables(
            instructions: copied(instructions), automata: copied(automata), terms: copied(terms),
            nodes: copied(probes.nodes), probes: copied(probes.probes),
            methods: copied(methodNames), headers: copied(headers), text: copied(text.bytes),
            automatonCount: automata.count, nodeCount: probes.nodes.count,
            probeCount: probes.probes.count, methodCount: methods.count,
            headerCount: headers.count, deepestPointer: probes.deepest, start: start)
    }

    private func copied<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        for (index, element) in elements.enumerated() { (memory + index).initialize(to: element) }
        return memory
    }

    private mutating func emit(
        _ instruction: Instruction, then: Destination, otherwise: Destination
    ) -> Destination {
        var instruction = instruction
        instruction.onTrue = then
        instruction.onFalse = otherwise
        instructions.append(instruction)
        return .instruction(instructions.count - 1)
    }

    /// Emits the program of `condition` back to front and returns where it starts.
    private mutating func compile(
        _ condition: Condition, then: Destination, otherwise: Destination
    ) -> Destination {
        switch condition {
        case .all(let parts):
            return parts.reversed().reduce(then) { compile($1, then: $0, otherwise: otherwise) }
        case .any(let parts):
            return parts.reversed().reduce(otherwise) { compile($1, then: then, otherwise: $0) }
        case .not(let part):
            return compile(part, then: otherwise, otherwise: then)
        case .header(_, .absent), .query(_, .absent), .json(_, .absent):
            let present = positive(of: condition)
            return emit(present, then: otherwise, otherwise: then)
        default:
            return emit(positive(of: condition), then: then, otherwise: otherwise)
        }
    }

    /// The test of a leaf; of its opposite where the leaf asks for absence.
    private mutating func positive(of condition: Condition) -> Instruction {
        switch condition {
        case .all, .any, .not: preconditionFailure("not a leaf")
        case .method(let names): return Instruction(test: .method, bits: methodBits(names))
        case .host(let patterns):
            return Instruction(test: .host, operands: compile(patterns, ignoreCase: true))
        case .path(let patterns):
            return Instruction(test: .path, operands: compile(patterns))
        case .contentType(let patterns):
            return Instruction(test: .contentType, operands: compile(patterns, ignoreCase: true))
        case .header(let name, let test): return header(name, test)
        case .query(let name, let test):
            let name = text.add(name)
            guard case .matches(let patterns) = test else {
                return Instruction(test: .queryPresent, name: name)
            }
            return Instruction(test: .query, operands: compile(patterns), name: name)
        case .bodySize(let comparison):
            return Instruction(test: .bodySize, operands: compile(comparison))
        case .json(let pointer, let test): return json(pointer, test)
        case .graphql(let types, let names): return graphql(types, names)
        case .body(let pattern): return Instruction(test: .body, operands: compile([pattern]))
        }
    }

    private mutating func header(_ name: String, _ test: ValueTest) -> Instruction {
        if name.isEmpty { report("a header test needs a name") }
        let range = text.add(name.lowercased())
        if !headers.contains(range) { headers.append(range) }
        guard case .matches(let patterns) = test else {
            return Instruction(test: .headerPresent, name: range)
        }
        return Instruction(test: .header, operands: compile(patterns), name: range)
    }

    private mutating func methodBits(_ names: [String]) -> UInt64 {
        var bits: UInt64 = 0
        for name in names {
            if !methods.contains(name) {
                guard methods.count < Self.mostMethods else {
                    report("the rules name more than \(Self.mostMethods) methods")
                    return 0
                }
                methods.append(name)
                _ = text.add(name)
            }
            for (index, known) in methods.enumerated() where known == name {
                bits |= 1 << UInt64(index)
            }
        }
        return bits
    }

    private mutating func json(_ pointer: String, _ test: JSONTest) -> Instruction {
        let kind: Probe.Kind
        var operands = TableRange.none
        switch test {
        case .exists, .absent: kind = .exists
        case .number(let comparison): (kind, operands) = (.number, compile(comparison))
        case .length(let comparison): (kind, operands) = (.length, compile(comparison))
        case .text(let patterns): (kind, operands) = (.text, compile(patterns))
        case .boolean(let value): kind = value ? .yes : .no
        case .null: kind = .null
        }
        return Instruction(
            test: .json, operands: probe(pointer, Probe(kind: kind, operands: operands)))
    }

    private mutating func probe(_ pointer: String, _ probe: Probe) -> TableRange {
        do throws(PatternProblem) {
            let tokens = try ProbeTree.tokens(of: pointer, atMost: Self.deepestPointer)
            return TableRange(first: probes.add(probe, at: tokens, text: &text), count: 1)
        } catch {
            report("JSON pointer '\(pointer)': \(error.message)")
            return .none
        }
    }

    private mutating func graphql(_ types: [String], _ names: [TextPattern]) -> Instruction {
        var bits: UInt64 = types.isEmpty ? .max : 0
        for type in types {
            switch type {
            case "query": bits |= GraphQLOperation.Kind.query.rawValue
            case "mutation": bits |= GraphQLOperation.Kind.mutation.rawValue
            case "subscription": bits |= GraphQLOperation.Kind.subscription.rawValue
            default:
                report("'\(type)' is no GraphQL operation type (query, mutation, subscription)")
            }
        }
        _ = probe("/query", Probe(kind: .graphqlQuery, operands: .none))
        _ = probe("/operationName", Probe(kind: .graphqlName, operands: .none))
        let operands = names.isEmpty ? TableRange.none : compile(names)
        return Instruction(test: .graphql, operands: operands, bits: bits)
    }

    private mutating func compile(_ comparison: Comparison) -> TableRange {
        let first = terms.count
        terms += comparison.terms.map {
            ComparisonTerm(comparator: $0.comparator, value: $0.value)
        }
        return TableRange(first: Int32(first), count: Int32(comparison.terms.count))
    }

    /// One table for the whole list if it fits, else one each.
    private mutating func compile(_ patterns: [TextPattern], ignoreCase: Bool = false) -> TableRange
    {
        let source = "\(ignoreCase) \(patterns)"
        if let known = compiledPatterns[source] { return known }
        let first = automata.count
        let problemCount = problems.count
        let syntaxes = patterns.compactMap { syntax(of: $0, ignoreCase: ignoreCase) }
        guard problems.count == problemCount else { return .none }
        if let joined = try? AutomatonBuilder.build(.alternatives(syntaxes)), !syntaxes.isEmpty {
            automata.append(joined)
        } else {
            for (pattern, syntax) in zip(patterns, syntaxes) {
                do throws(PatternProblem) {
                    automata.append(try AutomatonBuilder.build(syntax))
                } catch {
                    report("\(pattern.source): \(error.description)")
                }
            }
        }
        let range = TableRange(first: Int32(first), count: Int32(automata.count - first))
        if problems.count == problemCount { compiledPatterns[source] = range }
        return range
    }

    private mutating func syntax(of pattern: TextPattern, ignoreCase: Bool) -> PatternSyntax? {
        switch pattern {
        case .glob(let glob): return .glob(glob, ignoreCase: ignoreCase)
        case .contains(let part, let ownCase):
            return .literal(part.utf8, ignoreCase: ignoreCase || ownCase)
        case .regex(let expression, let ownCase):
            do throws(PatternProblem) {
                return try RegularExpression.parse(expression, ignoreCase: ignoreCase || ownCase)
            } catch {
                report("\(pattern.source): \(error.description)")
                return nil
            }
        }
    }
}

extension TextPattern {
    fileprivate var source: String {
        switch self {
        case .glob(let text): "glob '\(text)'"
        case .regex(let text, _): "regular expression '\(text)'"
        case .contains(let text, _): "text '\(text)'"
        }
    }
}
