/// The path: fixed segments give words, ids only their kind.

import Vocabulary

/// What a path segment or a short value is, if it is not words.
enum IdentifierKind: UInt64 {
    case none, number, uuid, hex, date, mixed, address

    static func of(_ text: Bytes) -> IdentifierKind {
        var digits = 0
        var letters = 0
        var hexLetters = 0
        var dashes = 0
        var others = 0
        for byte in text {
            switch CharacterClass.of(byte) {
            case .digit: digits += 1
            case .lower, .upper:
                letters += 1
                if byte | 0x20 <= UInt8(ascii: "f") { hexLetters += 1 }
            default:
                if byte == UInt8(ascii: "-") { dashes += 1 } else { others += 1 }
                if byte == UInt8(ascii: "@") { return .address }
            }
        }
        if letters == 0, digits > 0 { return isDate(text) ? .date : .number }
        guard digits > 0 else { return .none }
        if text.count == 36, dashes == 4, letters == hexLetters { return .uuid }
        if TimeText.moment(text) != nil { return .date }
        if letters == hexLetters, others == 0, dashes == 0, text.count >= 8 { return .hex }
        if letters == 1, text[0] | 0x20 == UInt8(ascii: "v"), digits <= 3 { return .none }
        if digits >= 3 || letters == 1 || (text.count >= 16 && digits >= 2) { return .mixed }
        return .none
    }

    private static func isDate(_ text: Bytes) -> Bool {
        text.count > 6 && text.count < 11 && TimeText.moment(text) != nil
    }
}

extension FeatureExtractor {
    /// `/v1/models/m-7:predict` is read as `v1 models {mixed} predict`.
    func readPath(_ path: Bytes) {
        let path = decodedPercents(path)
        var start = 0
        var depth = 0
        var previous: UInt64 = 0
        var lastFixed = 0..<0
        var lastKind = IdentifierKind.none
        var shape: UInt64 = 0
        for index in 0...path.count {
            let isEnd = index == path.count
            guard isEnd || path[index] == UInt8(ascii: "/") || path[index] == UInt8(ascii: ":") else { continue }
            let segment = Bytes(rebasing: path[start..<index])
            let range = start..<index
            start = index + 1
            guard !segment.isEmpty, depth < 24 else { continue }
            depth += 1
            let kind = IdentifierKind.of(segment)
            lastKind = kind
            shape = (shape << 3 | kind.rawValue) & 0xFFF
            guard kind == .none else {
                takeMoment(segment)
                set.add(.pathPair, previous, kind.rawValue)
                continue
            }
            words(of: segment, as: .path, limit: 12)
            let whole = Word.hash(of: segment)
            if set.isNaming { set.names?.note(word: whole, segment) }
            if previous != 0 { set.add(.pathPair, previous, whole) }
            previous = whole
            lastFixed = range
        }
        let fixed = Bytes(rebasing: path[lastFixed])
        operationWords(of: fixed)
        fileType(of: fixed)
        set.add(.pathDepth, UInt64(depth))
        set.add(.pathShape, shape, method)
        set.add(.lastSegment, lastKind.rawValue)
        set.add(.methodLast, method, lastKind.rawValue)
        set.add(.methodLast, method &+ lastKind.rawValue, operation)
        let isPlural = fixed.count > 3 && fixed[fixed.count - 1] == UInt8(ascii: "s")
        if isPlural { set.add(.pluralList, method, lastKind.rawValue) }
        ending = lastKind.rawValue | (isPlural ? 8 : 0)
    }

    /// `.csv`, `.mp4`: the ending of a name, if it looks like one.
    func fileType(of name: Bytes) {
        guard name.count > 3 else { return }
        var dot = name.count - 1
        let floor = max(0, name.count - 6)
        while dot > floor, name[dot] != UInt8(ascii: ".") { dot -= 1 }
        guard name[dot] == UInt8(ascii: "."), name.count - dot > 2 else { return }
        let ending = Bytes(rebasing: name[(dot + 1)...])
        let hash = Word.hash(of: ending.lazy.map { $0 | 0x20 })
        if set.isNaming { set.names?.note(word: hash, ending) }
        set.add(.fileType, hash)
    }

    func takeMoment(_ text: Bytes) {
        guard let moment = TimeText.moment(text) else { return }
        earliest = min(earliest, moment)
        latest = max(latest, moment)
    }
}
