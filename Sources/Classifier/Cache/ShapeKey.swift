/// The key under which a verdict serves a request's siblings: method, path, content type and body with
/// identifiers and numbers masked, names, words and prompts kept. One pass, no allocation, no recursion;
/// any bytes have a key.

import Vocabulary

public enum ShapeKey {
    /// `seed` as for the exact cache's key: random, secret, one per process.
    public static func key(
        of request: RequestView, bodyComplete: Bool, seed: (UInt64, UInt64)
    ) -> CacheKey {
        // The exact key of a request must never be a shape's: the two live in one cache.
        var hash = ShapeHash(key: (seed.0 ^ 0x7368_6170_6573_6861, seed.1))
        hash.part(request.method)
        hash.path(request.path)
        hash.parameters(request.query)
        let media = request.contentType.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        hash.lowercased(Bytes(rebasing: media))
        hash.body(request.body, media: Bytes(rebasing: media))
        // What was not looked at counts by its size alone.
        let unseen = bodyComplete ? 0 : (request.bodyLength ?? .max) / 1024
        hash.token(.end, value: UInt64(64 - unseen.leadingZeroBitCount))
        return hash.finish()
    }
}

struct ShapeHash {
    enum Token: UInt64 {
        case end = 1
        case part, segment, name, word, number, identifier, date, mark, open, close, run
    }

    private var hash: SipHash
    /// The last token, and how often it has come in a row: `[1,2,3]` and `[4,5,6,7]` are of one shape,
    /// a list of four hundred is of another.
    private var last: UInt64 = 0
    private var times: UInt64 = 0

    init(key: (UInt64, UInt64)) { hash = SipHash(key: key) }

    mutating func finish() -> CacheKey {
        flush()
        return hash.finish()
    }

    mutating func token(_ token: Token, value: UInt64 = 0) {
        let word = token.rawValue << 56 | value & 0x00FF_FFFF_FFFF_FFFF
        if word == last, token == .number || token == .identifier || token == .date {
            times &+= 1
            return
        }
        flush()
        last = word
        times = 1
    }

    private mutating func flush() {
        guard times > 0 else { return }
        hash.append(word: last)
        if times > 1 { hash.append(word: Token.run.rawValue << 56 | UInt64(64 - times.leadingZeroBitCount)) }
        times = 0
        last = 0
    }

    mutating func part(_ bytes: Bytes, as kind: Token = .part) {
        token(kind)
        flush()
        hash.append(part: bytes)
    }

    mutating func lowercased(_ bytes: Bytes) {
        token(.part, value: UInt64(bytes.count))
        flush()
        for byte in bytes { hash.append(word: UInt64(asciiLowercase(byte))) }
    }

    mutating func path(_ path: Bytes) {
        var start = 0
        while start <= path.count {
            var end = start
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            token(.segment)
            scalar(Bytes(rebasing: path[start..<end]))
            start = end + 1
        }
    }

    /// Names as they are, values masked.
    mutating func parameters(_ query: Bytes) {
        var reader = QueryParameters(query)
        while let (name, value) = reader.next() {
            part(name.raw, as: .name)
            scalar(value.raw)
        }
    }

    /// One value: masked if it names one thing among many, kept if it is a word or a text.
    mutating func scalar(_ text: Bytes) {
        guard text.count <= WordShape.window else { return part(text, as: .word) }
        if WordShape.isUUID(text, at: 0), text.count == 36 { return token(.identifier) }
        if WordShape.isDate(text, at: 0), text.count <= 35 { return token(.date) }
        if let magnitude = Self.magnitude(text) { return token(.number, value: magnitude) }
        let isOneWord = text.allSatisfy { MaskingPass.isOfWord($0) || $0 == UInt8(ascii: "-") }
        if isOneWord, WordShape(text).isIdentifier { return token(.identifier) }
        part(text, as: .word)
    }

    /// Digits before the point, and whether the number is negative; nil if it is none.
    static func magnitude(_ text: Bytes) -> UInt64? {
        guard let first = text.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var (place, digits): (Int, UInt64) = (isNegative ? 1 : 0, 0)
        while place < text.count, text[place] &- UInt8(ascii: "0") < 10 {
            digits &+= 1
            place += 1
        }
        guard digits > 0 else { return nil }
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                place += 1
            default: return nil
            }
        }
        return digits << 1 | (isNegative ? 1 : 0)
    }
}
