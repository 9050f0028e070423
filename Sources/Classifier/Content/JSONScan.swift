/// One pass over the bytes of a JSON body that answers every probe of the rule set. It builds no
/// document, does not recurse and never fails: a body that is cut off or broken answers with what
/// came before. If a key occurs twice, either occurrence satisfies a test.

import Vocabulary

struct JSONScan {
    private let rules: RuleSet.Tables
    private let body: Bytes
    private let bodyComplete: Bool
    private let scratch: Scratch
    private var offset = 0
    private var depth = 0

    init(_ rules: RuleSet.Tables, body: Bytes, bodyComplete: Bool, scratch: Scratch) {
        self.rules = rules
        self.body = body
        self.bodyComplete = bodyComplete
        self.scratch = scratch
    }

    /// An object or array that a pointer leads into, and the run of active nodes that does.
    struct Frame {
        var isObject: Bool
        var activeStart: Int32
        var activeEnd: Int32
        var count: Int
    }

    mutating func run() {
        scratch.active[0] = 0
        guard value(activeStart: 0, activeEnd: 1) else { return finishOpenFrames() }
        while depth > 0, member() {}
        finishOpenFrames()
    }

    /// The next member or end of the innermost frame; false when the bytes are over or broken.
    private mutating func member() -> Bool {
        skipSeparators()
        guard offset < body.count else { return false }
        let frame = scratch.frames[depth - 1]
        let byte = body[offset]
        if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
            guard (byte == UInt8(ascii: "}")) == frame.isObject else { return false }
            offset += 1
            closeFrame()
            return true
        }
        let end: Int32?
        if frame.isObject {
            guard byte == UInt8(ascii: "\""), let key = string(), key.isComplete else {
                return false
            }
            skipSeparators()
            guard offset < body.count, body[offset] == UInt8(ascii: ":") else { return false }
            offset += 1
            end = activate(frame) { rules.token(of: $0, equals: key) }
        } else {
            let index = frame.count
            end = activate(frame) { rules.nodes[$0].isAnyElement || rules.nodes[$0].index == index }
        }
        guard let end else { return false }
        skipSeparators()
        guard offset < body.count else { return false }
        scratch.frames[depth - 1].count += 1
        return value(activeStart: frame.activeEnd, activeEnd: end)
    }

    /// Lists the children of the frame's active nodes that `isMeant` accepts; they lie behind the
    /// frame's own on the stack, which has room for every node of the tree.
    private func activate(_ frame: Frame, _ isMeant: (Int) -> Bool) -> Int32? {
        var end = frame.activeEnd
        for place in frame.activeStart..<frame.activeEnd {
            var child = rules.nodes[Int(scratch.active[Int(place)])].firstChild
            while child >= 0 {
                if isMeant(Int(child)) {
                    guard Int(end) < rules.nodeCount else { return nil }
                    scratch.active[Int(end)] = child
                    end += 1
                }
                child = rules.nodes[Int(child)].nextSibling
            }
        }
        return end
    }

    /// A value with these active nodes. False when the bytes are over within it or make no sense.
    private mutating func value(activeStart: Int32, activeEnd: Int32) -> Bool {
        skipSeparators()
        guard offset < body.count else { return false }
        let active = activeStart..<activeEnd
        switch body[offset] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            answer(active) { $0 == .exists }
            guard leadsInside(active), depth < rules.deepestPointer + 1 else { return skipNested() }
            scratch.frames[depth] = Frame(
                isObject: body[offset] == UInt8(ascii: "{"), activeStart: activeStart,
                activeEnd: activeEnd, count: 0)
            depth += 1
            offset += 1
            return true
        case UInt8(ascii: "\""):
            guard let text = string() else { return false }
            answer(active, string: text)
            return text.isComplete
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"):
            return false
        default:
            return scalar(active)
        }
    }

    /// Whether a container under these nodes must be looked into rather than skipped.
    private func leadsInside(_ active: Range<Int32>) -> Bool {
        for place in active {
            let node = rules.nodes[Int(scratch.active[Int(place)])]
            if node.firstChild >= 0 || node.measuresLength { return true }
        }
        return false
    }

    /// Literals and numbers, up to what can only come after them.
    private mutating func scalar(_ active: Range<Int32>) -> Bool {
        let start = offset
        while offset < body.count, !Self.endsScalar(body[offset]) { offset += 1 }
        // At the end of what was read, more may follow: `12` may become `123`.
        guard offset < body.count || bodyComplete else { return false }
        guard offset > start else { return false }
        guard !active.isEmpty else { return true }
        let text = Bytes(rebasing: body[start..<offset])
        switch text[0] {
        case UInt8(ascii: "t"): answer(active) { $0 == .exists || $0 == .yes }
        case UInt8(ascii: "f"): answer(active) { $0 == .exists || $0 == .no }
        case UInt8(ascii: "n"): answer(active) { $0 == .exists || $0 == .null }
        default:
            answer(active) { $0 == .exists }
            if let number = JSONNumber.parse(text) { answer(active, number: number) }
        }
        return true
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: ":"), UInt8(ascii: "\""):
            true
        default: false
        }
    }

    /// White space and commas; a missing or doubled comma changes no answer.
    private mutating func skipSeparators() {
        while offset < body.count {
            switch body[offset] {
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","): offset += 1
            default: return
            }
        }
    }

    /// At an opening quote.
    private mutating func string() -> JSONString? {
        let start = offset + 1
        var hasEscapes = false
        var end = start
        while end < body.count, body[end] != UInt8(ascii: "\"") {
            if body[end] == UInt8(ascii: "\\") {
                hasEscapes = true
                end += 1
            }
            end += 1
        }
        let isComplete = end < body.count
        offset = min(end + 1, body.count)
        guard start <= body.count else { return nil }
        var last = min(end, body.count)
        if !isComplete && hasEscapes {
            last = start + Self.lengthBeforeCutEscape(body, start, last)
        }
        return JSONString(
            raw: Bytes(rebasing: body[start..<last]), hasEscapes: hasEscapes,
            isComplete: isComplete)
    }

    /// An escape that was cut off says nothing yet, nor does half a surrogate pair.
    private static func lengthBeforeCutEscape(_ body: Bytes, _ start: Int, _ end: Int) -> Int {
        var offset = start
        while offset < end {
            var (width, needed) = (1, 1)
            if body[offset] == UInt8(ascii: "\\") {
                (width, needed) = (2, 2)
                if offset + 1 < end, body[offset + 1] == UInt8(ascii: "u") {
                    (width, needed) = (6, 6)
                    if offset + 3 < end, body[offset + 2] | 0x20 == UInt8(ascii: "d"),
                        let digit = hexDigit(body[offset + 3]), (8...11).contains(digit)
                    {
                        needed = 12
                    }
                }
            }
            guard offset + needed <= end else { break }
            offset += width
        }
        return offset - start
    }

    /// At an opening bracket that no pointer leads into: counts brackets, minds strings.
    private mutating func skipNested() -> Bool {
        var nesting = 0
        while offset < body.count {
            switch body[offset] {
            case UInt8(ascii: "\""):
                guard let text = string(), text.isComplete else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): nesting += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): nesting -= 1
            default: break
            }
            offset += 1
            if nesting == 0 { return true }
        }
        return false
    }
}

/// Answers.
extension JSONScan {
    private mutating func closeFrame() {
        depth -= 1
        let frame = scratch.frames[depth]
        answer(frame.activeStart..<frame.activeEnd, length: Double(frame.count))
    }

    /// What was cut off counts with the members seen.
    private mutating func finishOpenFrames() {
        while depth > 0 { closeFrame() }
    }

    private func answer(_ active: Range<Int32>, where holds: (Probe.Kind) -> Bool) {
        forEachProbe(active) { probe, _ in holds(probe.kind) }
    }

    private func answer(_ active: Range<Int32>, length: Double) {
        forEachProbe(active) { probe, _ in
            probe.kind == .length && rules.holds(probe.operands, length)
        }
    }

    private func answer(_ active: Range<Int32>, number: Double) {
        forEachProbe(active) { probe, _ in
            probe.kind == .number && rules.holds(probe.operands, number)
        }
    }

    private func answer(_ active: Range<Int32>, string text: JSONString) {
        forEachProbe(active) { probe, _ in
            switch probe.kind {
            case .exists: return true
            case .text: return rules.anyMatches(probe.operands, text)
            case .number:
                guard text.isComplete, let number = JSONNumber.parse(text.raw) else { return false }
                return rules.holds(probe.operands, number)
            case .length: return rules.holds(probe.operands, Double(text.decodedCount))
            case .graphqlQuery:
                if scratch.graphqlQuery == nil { scratch.graphqlQuery = text }
                return true
            case .graphqlName:
                if scratch.graphqlName == nil { scratch.graphqlName = text }
                return true
            case .yes, .no, .null: return false
            }
        }
    }

    @inline(__always)
    private func forEachProbe(_ active: Range<Int32>, _ test: (Probe, Int) -> Bool) {
        for place in active {
            var index = rules.nodes[Int(scratch.active[Int(place)])].firstProbe
            while index >= 0 {
                let probe = rules.probes[Int(index)]
                if !scratch.answers[Int(index)], test(probe, Int(index)) {
                    scratch.answers[Int(index)] = true
                }
                index = probe.next
            }
        }
    }
}

extension JSONString {
    var decodedCount: Int {
        guard hasEscapes else { return raw.count }
        var reader = decoded
        var count = 0
        while reader.next() != nil { count += 1 }
        return count
    }
}
