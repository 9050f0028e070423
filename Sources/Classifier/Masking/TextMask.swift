/// Replaces secrets and personal data in text by names in brackets before the text leaves the proxy. One
/// pass over any bytes, with bounded looking ahead, into memory of the caller's; it allocates nothing.
/// Masking what is masked changes nothing. It errs on the side of masking.

import Vocabulary

public enum TextMask {
    /// Masks as much of `text` as fits and returns the number of bytes written. With `isComplete` false
    /// the text goes on beyond what is here, and a word that reaches its end is left out: half a secret
    /// cannot be told from a word.
    public static func mask(
        _ text: Bytes, isComplete: Bool = true, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var pass = MaskingPass(text: text, isComplete: isComplete, output: output)
        pass.run()
        return pass.written
    }
}

struct MaskingPass {
    let text: Bytes
    let isComplete: Bool
    let output: UnsafeMutableRawBufferPointer
    var offset = 0
    var written = 0
    var isFull = false
    /// Before this offset no `@` can make an e-mail address, and no `:` an IPv6 address: what was looked
    /// through once is not looked through again.
    var emailFreeUntil = 0
    var addressFreeUntil = 0

    init(text: Bytes, isComplete: Bool, output: UnsafeMutableRawBufferPointer) {
        self.text = text
        self.isComplete = isComplete
        self.output = output
    }

    mutating func run() {
        while offset < text.count, !isFull {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: "["): bracket()
            case UInt8(ascii: "-"): hyphen()
            case UInt8(ascii: "+") where isDigit(offset + 1): signedNumber()
            case _ where Self.isOfWord(byte): word()
            default: copy(1)
            }
        }
    }

    static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    func isDigit(_ index: Int) -> Bool {
        index < text.count && text[index] &- UInt8(ascii: "0") < 10
    }

    /// The first offset from `start` on that is not of the kind.
    @inline(__always)
    func end(from start: Int, most: Int = .max, while isMeant: (UInt8) -> Bool) -> Int {
        var end = start
        let bound = most < text.count - start ? start + most : text.count
        while end < bound, isMeant(text[end]) { end += 1 }
        return end
    }

    func begins(_ literal: StaticString, at start: Int) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard text.count - start >= count else { return false }
        for index in 0..<count where text[start + index] != literal.utf8Start[index] { return false }
        return true
    }
}

/// Writing.
extension MaskingPass {
    mutating func copy(_ count: Int) {
        let fitting = min(count, output.count - written)
        if fitting < count { isFull = true }
        if fitting > 0, let source = text.baseAddress, let target = output.baseAddress {
            (target + written).copyMemory(from: source + offset, byteCount: fitting)
            written += fitting
        }
        offset += count
    }

    /// Writes the whole name or, if there is no room, nothing more at all.
    mutating func replace(upTo end: Int, by name: StaticString) {
        offset = end
        let count = name.utf8CodeUnitCount
        guard count <= output.count - written, let target = output.baseAddress else {
            isFull = true
            return
        }
        (target + written).copyMemory(from: name.utf8Start, byteCount: count)
        written += count
    }

    /// Copies up to `end`, unless the word may go on beyond the text.
    mutating func keep(upTo end: Int) {
        guard isComplete || end < text.count else {
            offset = text.count
            isFull = true
            return
        }
        copy(end - offset)
    }
}

/// One thing at a time.
extension MaskingPass {
    static let names: [StaticString] = [
        "[email]", "[token]", "[key]", "[secret]", "[pem]", "[card]", "[phone]", "[number]", "[id]", "[ip]",
    ]

    /// What has been masked stays as it is.
    private mutating func bracket() {
        for name in Self.names where begins(name, at: offset) { return copy(name.utf8CodeUnitCount) }
        copy(1)
    }

    private mutating func hyphen() {
        guard begins("-----BEGIN", at: offset) else { return copy(1) }
        var end = offset + 10
        while end < text.count, !begins("-----END", at: end) { end += 1 }
        end = min(end + 8, text.count)
        while end < text.count, text[end] != UInt8(ascii: "-"), text[end] != 0x0A { end += 1 }
        while end < text.count, text[end] == UInt8(ascii: "-") { end += 1 }
        replace(upTo: end, by: "[pem]")
    }

    private mutating func signedNumber() {
        if let end = phoneEnd(from: offset + 1, isSigned: true) { return replace(upTo: end, by: "[phone]") }
        copy(1)
    }

    /// At the beginning of a word.
    private mutating func word() {
        if WordShape.isUUID(text, at: offset) { return replace(upTo: offset + 36, by: "[id]") }
        if let end = emailEnd() { return replace(upTo: end, by: "[email]") }
        if let end = addressEnd() { return replace(upTo: end, by: "[ip]") }
        if WordShape.isDate(text, at: offset), !isDigit(offset + 10) { return keep(upTo: offset + 10) }
        let end = end(from: offset) { Self.isOfWord($0) || $0 == UInt8(ascii: "-") }
        if let end = keyEnd(word: end) { return replace(upTo: end, by: "[key]") }
        if isDigit(offset), let (end, isCard) = cardOrPhoneEnd() {
            return replace(upTo: end, by: isCard ? "[card]" : "[phone]")
        }
        if maskValue(ofKeyEndingAt: end) || maskCredentials(after: end) { return }
        plainWord(end)
    }

    /// A word that is none of all that, up to its first long run of digits.
    private mutating func plainWord(_ end: Int) {
        var place = offset
        while place < end {
            guard isDigit(place) else {
                place += 1
                continue
            }
            let digitsEnd = self.end(from: place) { $0 &- UInt8(ascii: "0") < 10 }
            if digitsEnd - place >= Self.longNumber {
                copy(place - offset)
                if !isFull { replace(upTo: digitsEnd, by: "[number]") }
                return
            }
            place = digitsEnd
        }
        keep(upTo: end)
    }

    /// Digits in a row that may be somebody's number.
    static let longNumber = 6
}
