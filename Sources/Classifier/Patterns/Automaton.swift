/// A table-driven matcher: one look-up a byte, any pattern, any input. It is a view of tables that
/// the rule set owns; it never allocates or backtracks while it matches.

import Vocabulary

struct Automaton {
    /// No continuation matches; every continuation matches. The other states come after.
    static let dead: UInt16 = 0
    static let accepted: UInt16 = 1

    /// `state * classCount + class -> state`.
    let transitions: UnsafeMutablePointer<UInt16>
    /// Byte -> class of bytes that no transition tells apart.
    let classes: UnsafeMutablePointer<UInt8>
    /// Whether the text may end in this state.
    let endAccepting: UnsafeMutablePointer<Bool>
    let classCount: Int
    let start: UInt16

    @inline(__always)
    func isDecided(_ state: UInt16) -> Bool { state <= Self.accepted }

    @inline(__always)
    func step(_ state: UInt16, _ byte: UInt8) -> UInt16 {
        transitions[Int(state) &* classCount &+ Int(classes[Int(byte)])]
    }

    /// What the states say once the bytes are over: at the end of the text, or where it was cut off,
    /// when only what holds for every continuation counts.
    @inline(__always)
    func accepts(_ state: UInt16, atEnd: Bool) -> Bool {
        state == Self.accepted || (atEnd && endAccepting[Int(state)])
    }

    func matches(_ bytes: Bytes, atEnd: Bool = true) -> Bool {
        var state = start
        for byte in bytes {
            if isDecided(state) { break }
            state = step(state, byte)
        }
        return accepts(state, atEnd: atEnd)
    }

    func deallocate() {
        transitions.deallocate()
        classes.deallocate()
        endAccepting.deallocate()
    }
}

/// The subset construction.
struct AutomatonBuilder {
    /// States of one table: at 256 classes a mebibyte, far beyond any sane rule.
    static let mostStates = 2048
    /// Thread visits while one table is built: a fraction of a second, so that no pattern holds up
    /// the start.
    static let mostVisits = 20_000_000

    private struct Key: Hashable {
        var threads: [Int]
        /// The start state accepts an empty text by `^$`; a later state with the same threads not.
        var isStart: Bool
    }

    private let machine: ThreadMachine
    private var classes = [UInt8](repeating: 0, count: 256)
    private var representatives: [UInt8] = [0]
    private var numbers: [Key: UInt16] = [:]
    private var pending: [Key] = []
    private var transitions: [UInt16] = []
    private var endAccepting: [Bool] = [false, true]
    private var marks: [Int]
    private var mark = 0
    private var visits = 0

    static func build(_ syntax: PatternSyntax) throws(PatternProblem) -> Automaton {
        var builder = AutomatonBuilder(machine: try ThreadMachine(syntax))
        return try builder.run()
    }

    private init(machine: ThreadMachine) {
        self.machine = machine
        marks = Array(repeating: 0, count: machine.nodes.count)
        divideBytes()
    }

    /// Splits the bytes into classes that every set of the pattern contains whole or not at all.
    private mutating func divideBytes() {
        var seen: Set<ByteSet> = []
        var count = 1
        for case .consume(let set, _) in machine.nodes where seen.insert(set).inserted {
            var renamed: [Int: UInt8] = [:]
            for byte in 0..<256 {
                let name = Int(classes[byte]) * 2 + (set.contains(UInt8(byte)) ? 1 : 0)
                let number = renamed[name] ?? UInt8(renamed.count)
                renamed[name] = number
                classes[byte] = number
            }
            count = renamed.count
        }
        representatives = Array(repeating: 0, count: count)
        for byte in (0..<256).reversed() { representatives[Int(classes[byte])] = UInt8(byte) }
    }

    private mutating func run() throws(PatternProblem) -> Automaton {
        transitions = Array(repeating: Automaton.dead, count: representatives.count)
        transitions += Array(repeating: Automaton.accepted, count: representatives.count)
        let start = try number(of: closure(of: [machine.entry], atStart: true), isStart: true)
        var next = 0
        while next < pending.count {
            let threads = pending[next].threads
            next += 1
            for byte in representatives {
                transitions.append(try successor(of: threads, by: byte))
            }
        }
        return Automaton(
            transitions: copy(transitions), classes: copy(classes),
            endAccepting: copy(endAccepting), classCount: representatives.count, start: start)
    }

    private mutating func successor(
        of threads: [Int], by byte: UInt8
    ) throws(PatternProblem) -> UInt16 {
        var seeds = [machine.entry]
        for thread in threads {
            if case .consume(let set, let next) = machine.nodes[thread], set.contains(byte) {
                seeds.append(next)
            }
        }
        return try number(of: closure(of: seeds, atStart: false), isStart: false)
    }

    private mutating func closure(
        of seeds: [Int], atStart: Bool, atEnd: Bool = false
    ) -> [Int] {
        mark += 1
        return machine.closure(
            of: seeds, atStart: atStart, atEnd: atEnd, marks: &marks, mark: mark, visits: &visits)
    }

    private func accepts(_ threads: [Int]) -> Bool {
        threads.contains { if case .accept = machine.nodes[$0] { true } else { false } }
    }

    private mutating func number(
        of threads: [Int], isStart: Bool
    ) throws(PatternProblem) -> UInt16 {
        if accepts(threads) { return Automaton.accepted }
        if threads.isEmpty { return Automaton.dead }
        let key = Key(threads: threads, isStart: isStart)
        if let known = numbers[key] { return known }
        guard endAccepting.count < Self.mostStates, visits < Self.mostVisits else {
            throw PatternProblem(
                message: "the pattern needs more than \(Self.mostStates) states", position: nil)
        }
        let number = UInt16(endAccepting.count)
        numbers[key] = number
        pending.append(key)
        endAccepting.append(accepts(closure(of: threads, atStart: isStart, atEnd: true)))
        return number
    }

    private func copy<Element: BitwiseCopyable>(
        _ elements: [Element]
    ) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() { (memory + index).initialize(to: element) }
        return memory
    }
}
