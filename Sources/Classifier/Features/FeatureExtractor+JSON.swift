/// The JSON scanner: one pass with a stack of fixed depth, over one value or many (NDJSON). What is
/// broken is skipped byte by byte; what is cut off counts as far as it came.

import Vocabulary

struct JSONFrame {
    var isObject = false
    var count = 0
    /// The key this container stands under.
    var key = FeatureKey()
    /// The key whose value comes next, in an object.
    var member = FeatureKey()
    var wantsKey = false
}

extension FeatureExtractor {
    /// Elements of one array (or documents of a stream) whose words are looked at.
    static let spokenElements = 8

    func readJSON(_ body: Bytes) {
        var scan = JSONFeatures(extractor: self, bytes: body)
        scan.run()
    }
}

struct JSONFeatures {
    let extractor: FeatureExtractor
    let bytes: Bytes
    var offset = 0
    var depth = 0
    var deepest = 0
    var members = 0
    var documents = 0
    /// Depth of the array, plus one, that has said enough; zero for none.
    var quietDepth = 0

    init(extractor: FeatureExtractor, bytes: Bytes) {
        self.extractor = extractor
        self.bytes = bytes
    }

    mutating func run() {
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "{"), UInt8(ascii: "["): open(isObject: byte == UInt8(ascii: "{"))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                offset += 1
                close()
            case UInt8(ascii: ","):
                offset += 1
                if depth > 0, depth <= FeatureExtractor.deepest { extractor.frames[depth - 1].wantsKey = true }
            case UInt8(ascii: ":"), 0...0x20: offset += 1
            default: literal()
            }
        }
        while depth > 0 { close() }
        let set = extractor.set
        set.add(.depth, UInt64(min(deepest, 12)))
        set.add(.members, Magnitude.of(count: Int(min(Double(members) * extractor.stretch, 1e9))))
        let all = Magnitude.of(count: Int(min(Double(documents) * extractor.stretch, 1e9)))
        set.add(.documents, all)
        if documents > 1 { extractor.longestArray = max(extractor.longestArray, documents) }
    }

    private var isQuiet: Bool { quietDepth > 0 || extractor.wordsLeft <= 0 }

    /// A value begins: the key it belongs to.
    private mutating func begin() -> FeatureKey {
        guard depth > 0 else {
            documents += 1
            if documents > FeatureExtractor.spokenElements { quietDepth = 1 }
            return FeatureKey()
        }
        guard depth <= FeatureExtractor.deepest else { return FeatureKey() }
        members += 1
        let frame = extractor.frames + (depth - 1)
        frame.pointee.count += 1
        if frame.pointee.isObject { return frame.pointee.member }
        if quietDepth == 0, frame.pointee.count > FeatureExtractor.spokenElements { quietDepth = depth + 1 }
        return frame.pointee.key
    }

    private mutating func open(isObject: Bool) {
        let key = begin()
        offset += 1
        depth += 1
        deepest = max(deepest, depth)
        guard depth <= FeatureExtractor.deepest else { return }
        extractor.frames[depth - 1] = JSONFrame(isObject: isObject, key: key, wantsKey: true)
    }

    private mutating func close() {
        guard depth > 0 else { return }
        depth -= 1
        guard depth < FeatureExtractor.deepest else { return }
        if quietDepth > depth + 1 { quietDepth = 0 }
        let frame = extractor.frames[depth]
        guard !frame.isObject else { return }
        if frame.key.hash == 0, depth == 0 { extractor.set.add(.keyArray, 7, Magnitude.of(count: frame.count)) }
        if quietDepth == 0 || frame.count > extractor.longestArray { extractor.list(frame.count, frame.key) }
        if extractor.isMessages(frame.key) { extractor.messages = max(extractor.messages, frame.count) }
    }

    private mutating func string() {
        let text = quoted()
        let isMember = depth > 0 && depth <= FeatureExtractor.deepest
        if isMember {
            let frame = extractor.frames + (depth - 1)
            if frame.pointee.isObject, frame.pointee.wantsKey {
                frame.pointee.wantsKey = false
                frame.pointee.member = extractor.key(text, isQuiet: isQuiet)
                return
            }
        }
        let key = begin()
        if isQuiet {
            extractor.quietString(text, key)
        } else {
            extractor.string(text, key, isQuiet: false)
        }
    }

    /// The string at hand without its quotes and escapes.
    private mutating func quoted() -> Bytes {
        offset += 1
        let start = offset
        var hasEscapes = false
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") {
                hasEscapes = true
                offset += 1
            }
            offset += 1
        }
        let end = min(offset, bytes.count)
        offset = min(end + 1, bytes.count)
        let raw = Bytes(rebasing: bytes[min(start, end)..<end])
        return hasEscapes ? extractor.decodedEscapes(raw) : raw
    }

    private mutating func literal() {
        let start = offset
        while offset < bytes.count, !endsLiteral(bytes[offset]) { offset += 1 }
        guard offset > start else {
            offset += 1
            return
        }
        let text = Bytes(rebasing: bytes[start..<offset])
        let key = begin()
        switch text[0] {
        case UInt8(ascii: "t"): if !isQuiet { extractor.flag(1, key) }
        case UInt8(ascii: "f"): if !isQuiet { extractor.flag(0, key) }
        case UInt8(ascii: "n"): if !isQuiet { extractor.set.add(.keyKind, key.hash, 101) }
        default:
            if text.count >= 10 { extractor.takeMoment(text) }
            if let value = JSONNumber.parse(text) { extractor.number(value, key, isQuiet: isQuiet) }
        }
    }

    private func endsLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"), UInt8(ascii: "\""),
            UInt8(ascii: "{"), UInt8(ascii: "["):
            true
        default: false
        }
    }
}

extension FeatureExtractor {
    /// A string among many of its kind: only what counts at the end.
    func quietString(_ text: Bytes, _ key: FeatureKey) {
        textBytes &+= text.count
        if key.family == .text, !text.isEmpty { prompt = text }
        if text.count <= 32 { takeMoment(text) }
    }

    func isMessages(_ key: FeatureKey) -> Bool { key.hash == Self.messagesKey || key.hash == Self.contentsKey }

    private static let messagesKey = Word.hash("messages")
    private static let contentsKey = Word.hash("contents")

    /// RFC 8259, 7, in `space`: one byte for the control characters, UTF-8 for `\u`. The same bytes if
    /// there is no room left.
    func decodedEscapes(_ raw: Bytes) -> Bytes {
        guard raw.count <= space.count - spaceUsed else { return raw }
        let start = spaceUsed
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < raw.count else {
                put(byte)
                index += 1
                continue
            }
            if raw[index + 1] == UInt8(ascii: "u"), index + 5 < raw.count, let unit = codeUnit(raw, index + 2) {
                putScalar(unit)
                index += 6
                continue
            }
            put(unescaped(raw[index + 1]))
            index += 2
        }
        return Bytes(rebasing: space[start..<spaceUsed])
    }

    private func put(_ byte: UInt8) {
        space[spaceUsed] = byte
        spaceUsed += 1
    }

    private func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"), UInt8(ascii: "r"): 0x0A
        case UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): 0x20
        default: byte
        }
    }

    private func codeUnit(_ raw: Bytes, _ start: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = hexDigit(raw[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Halves of surrogate pairs go as three bytes each: features need no valid UTF-8.
    private func putScalar(_ unit: UInt32) {
        if unit < 0x80 {
            put(UInt8(unit))
        } else if unit < 0x800 {
            put(UInt8(0xC0 | unit >> 6))
            put(UInt8(0x80 | unit & 0x3F))
        } else {
            put(UInt8(0xE0 | unit >> 12))
            put(UInt8(0x80 | unit >> 6 & 0x3F))
            put(UInt8(0x80 | unit & 0x3F))
        }
    }
}
