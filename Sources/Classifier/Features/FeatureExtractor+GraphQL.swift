/// The GraphQL scanner (October 2021, 2): operation type, root fields, depth, fields, and how far
/// nested list bounds multiply.

import Vocabulary

extension FeatureExtractor {
    func readGraphQL(_ text: Bytes) {
        var scan = GraphQLFeatures(extractor: self, text: text)
        scan.run()
    }
}

struct GraphQLFeatures {
    let extractor: FeatureExtractor
    let text: Bytes
    var offset = 0
    var depth = 0
    var deepest = 0
    var fields = 0
    var lists = 0
    /// Product of the list bounds on the way here, in log2; one for each depth.
    private var fans: (Float, Float, Float, Float, Float, Float, Float, Float, Float, Float, Float, Float) =
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    private var pending: Float = 0
    private var widest: Float = 0

    init(extractor: FeatureExtractor, text: Bytes) {
        self.extractor = extractor
        self.text = text
    }

    mutating func run() {
        var isFirst = true
        while offset < text.count {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: "{"): open()
            case UInt8(ascii: "}"): close()
            case UInt8(ascii: "("): arguments()
            case UInt8(ascii: "#"): comment()
            case UInt8(ascii: "\""): quoted()
            default:
                guard isNameByte(byte) else {
                    offset += 1
                    continue
                }
                name(isFirst: isFirst)
                isFirst = false
            }
        }
        conclude()
    }

    private func conclude() {
        let set = extractor.set
        set.add(.fields, Magnitude.of(count: fields))
        set.add(.depth, 32 + UInt64(min(deepest, 12)))
        set.add(.listArguments, UInt64(min(lists, 6)))
        set.add(.fanOut, UInt64(min(max(widest, 0), 40) / 2))
        set.add(.fanOut, 64 + UInt64(min(max(widest, 0), 40) / 2), UInt64(min(deepest, 12)))
    }

    private mutating func open() {
        offset += 1
        let fan = (depth > 0 && depth <= 12 ? self[depth - 1] : 0) + pending
        pending = 0
        depth += 1
        deepest = max(deepest, depth)
        if depth <= 12 { self[depth - 1] = fan }
        widest = max(widest, fan)
    }

    private mutating func close() {
        offset += 1
        if depth > 0 { depth -= 1 }
        pending = 0
    }

    private subscript(index: Int) -> Float {
        get { withUnsafeBytes(of: fans) { $0.assumingMemoryBound(to: Float.self)[index] } }
        set { withUnsafeMutableBytes(of: &fans) { $0.assumingMemoryBound(to: Float.self)[index] = newValue } }
    }

    private mutating func name(isFirst: Bool) {
        let start = offset
        while offset < text.count, isNameByte(text[offset]) { offset += 1 }
        let name = Bytes(rebasing: text[start..<offset])
        pending = 0
        if depth == 0 {
            if isFirst {
                let kind = Word.hash(of: name)
                if extractor.set.isNaming { extractor.set.names?.note(word: kind, name) }
                extractor.set.add(.statement, kind)
            } else {
                extractor.words(of: name, as: .code, limit: 6)
            }
            return
        }
        fields += 1
        if depth == 1 {
            extractor.operationWords(of: name)
        } else if fields < 60 {
            extractor.words(of: name, as: .element, limit: 6)
        }
    }

    /// `(first: 100, filter: {…})`: the largest list bound multiplies what is below.
    private mutating func arguments() {
        offset += 1
        var nesting = 1
        while offset < text.count, nesting > 0 {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: "("): nesting += 1; offset += 1
            case UInt8(ascii: ")"): nesting -= 1; offset += 1
            case UInt8(ascii: "\""): quoted()
            default:
                guard isNameByte(byte) else {
                    offset += 1
                    continue
                }
                argument()
            }
        }
    }

    private mutating func argument() {
        let start = offset
        while offset < text.count, isNameByte(text[offset]) { offset += 1 }
        let name = Bytes(rebasing: text[start..<offset])
        guard CharacterClass.of(name[0]) != .digit else { return }
        let key = extractor.key(name, isQuiet: extractor.wordsLeft <= 0)
        while offset < text.count, text[offset] == UInt8(ascii: " ") || text[offset] == UInt8(ascii: ":") { offset += 1 }
        let valueStart = offset
        while offset < text.count, text[offset] &- UInt8(ascii: "0") < 10 || text[offset] == UInt8(ascii: "-") { offset += 1 }
        guard offset > valueStart, let value = JSONNumber.parse(Bytes(rebasing: text[valueStart..<offset])) else { return }
        extractor.number(value, key, isQuiet: false)
        guard key.family == .limit else { return }
        lists += 1
        pending = max(pending, value > 1 ? Float(Magnitude.ofLength(UInt64(min(value, 1e9)))) : 0)
    }

    private mutating func quoted() {
        offset += 1
        while offset < text.count, text[offset] != UInt8(ascii: "\"") {
            offset += text[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        offset = min(offset + 1, text.count)
    }

    private mutating func comment() {
        while offset < text.count, text[offset] != 0x0A { offset += 1 }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch CharacterClass.of(byte) {
        case .lower, .upper, .digit: true
        default: byte == UInt8(ascii: "_")
        }
    }
}
