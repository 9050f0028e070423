/// The XML scanner: element names as keys, their texts as values, how often neighbours repeat. It checks
/// no nesting and resolves no entity.

import Vocabulary

extension FeatureExtractor {
    func readXML(_ body: Bytes) {
        var scan = XMLFeatures(extractor: self, bytes: body)
        scan.run()
    }
}

struct XMLFeatures {
    let extractor: FeatureExtractor
    let bytes: Bytes
    var offset = 0
    var elements = 0
    var depth = 0
    var deepest = 0
    var key = FeatureKey()
    var previous: UInt64 = 0
    var repeats = 1
    var mostRepeats = 1
    /// The next element is what a SOAP body asks for, or an XML root.
    var operationIsNext = true
    var textStart = 0

    init(extractor: FeatureExtractor, bytes: Bytes) {
        self.extractor = extractor
        self.bytes = bytes
    }

    mutating func run() {
        while offset < bytes.count {
            guard bytes[offset] == UInt8(ascii: "<") else {
                offset += 1
                continue
            }
            text()
            tag()
            textStart = offset
        }
        let set = extractor.set
        set.add(.members, 32 + Magnitude.of(count: Int(min(Double(elements) * extractor.stretch, 1e9))))
        set.add(.depth, 64 + UInt64(min(deepest, 12)))
        if mostRepeats > 1 { extractor.list(mostRepeats, FeatureKey()) }
    }

    /// What stood between two tags.
    private mutating func text() {
        var start = textStart
        var end = offset
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        guard start < end else { return }
        extractor.string(Bytes(rebasing: bytes[start..<end]), key, isQuiet: repeats > FeatureExtractor.spokenElements || extractor.wordsLeft <= 0)
    }

    private mutating func tag() {
        offset += 1
        guard offset < bytes.count else { return }
        switch bytes[offset] {
        case UInt8(ascii: "/"):
            if depth > 0 { depth -= 1 }
            skip()
        case UInt8(ascii: "?"), UInt8(ascii: "!"): skip()
        default: element()
        }
    }

    private mutating func element() {
        var start = offset
        while offset < bytes.count, !endsName(bytes[offset]) {
            if bytes[offset] == UInt8(ascii: ":") { start = offset + 1 }
            offset += 1
        }
        let name = Bytes(rebasing: bytes[min(start, offset)..<offset])
        let isQuiet = repeats > FeatureExtractor.spokenElements || extractor.wordsLeft <= 0
        key = extractor.key(name, isQuiet: isQuiet)
        elements += 1
        depth += 1
        deepest = max(deepest, depth)
        if operationIsNext, !isEnvelope(key.hash) {
            extractor.operationWords(of: name)
            operationIsNext = false
        }
        if key.hash == Self.body { operationIsNext = true }
        repeats = key.hash == previous ? repeats + 1 : repeats
        if key.hash != previous, depth <= 3 { repeats = 1 }
        mostRepeats = max(mostRepeats, repeats)
        previous = key.hash
        attributes(isQuiet: isQuiet)
    }

    private mutating func attributes(isQuiet: Bool) {
        while offset < bytes.count, bytes[offset] != UInt8(ascii: ">") {
            guard !endsName(bytes[offset]) else {
                if bytes[offset] == UInt8(ascii: "/"), depth > 0 { depth -= 1 }
                offset += 1
                continue
            }
            let start = offset
            while offset < bytes.count, bytes[offset] != UInt8(ascii: "="), bytes[offset] != UInt8(ascii: ">") { offset += 1 }
            let name = Bytes(rebasing: bytes[start..<offset])
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "=") else { continue }
            guard offset + 1 < bytes.count else {
                offset += 1
                return
            }
            let quote = bytes[offset + 1]
            offset += 2
            let valueStart = min(offset, bytes.count)
            while offset < bytes.count, bytes[offset] != quote { offset += 1 }
            let value = Bytes(rebasing: bytes[valueStart..<min(offset, bytes.count)])
            offset = min(offset + 1, bytes.count)
            guard !isQuiet, !name.starts(with: "xmlns".utf8) else { continue }
            extractor.string(value, extractor.key(name, isQuiet: false), isQuiet: false)
        }
        offset = min(offset + 1, bytes.count)
    }

    private mutating func skip() {
        while offset < bytes.count, bytes[offset] != UInt8(ascii: ">") { offset += 1 }
        offset = min(offset + 1, bytes.count)
    }

    private func endsName(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
    }

    private static let body = Word.hash("body")
    private static let envelopes: [UInt64] = [Word.hash("envelope"), Word.hash("header"), Word.hash("body"), Word.hash("methodcall")]

    private func isEnvelope(_ name: UInt64) -> Bool { Self.envelopes.contains(name) }
}
