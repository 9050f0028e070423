/// Secrets: by the name they stand under, by the scheme before them, by how they begin, and by looking
/// like nothing anybody would write by hand.

import Vocabulary

extension MaskingPass {
    /// Names, without `_` and `-` and in lower case. The first ones also count as the end of a longer
    /// name (`newPassword`, `x-api-key`).
    private static let nameEndings: [StaticString] = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "secretkey",
        "accesskey", "authorization", "cardnumber", "sessionid",
    ]
    private static let wholeNames: [StaticString] = [
        "pwd", "pass", "auth", "cookie", "session", "sid", "jwt", "credential", "credentials", "pin",
        "otp", "cvv", "cvc", "ssn", "iban", "sig", "signature", "setcookie", "passcode",
    ]
    /// Names whose value is the rest of the line when it has no quotes.
    private static let lineNames: [StaticString] = ["authorization", "cookie", "setcookie"]

    /// If the word up to `end` is a secret's name with a value behind it, copies the name and masks the
    /// value: JSON, also inside a JSON string; `name=value` and `name: value`; `<name>value<`.
    mutating func maskValue(ofKeyEndingAt end: Int) -> Bool {
        if offset > 0, text[offset - 1] == UInt8(ascii: "<"), end < text.count,
            text[end] == UInt8(ascii: ">")
        {
            guard isSecretName(end) else { return false }
            copy(end + 1 - offset)
            return finish(self.end(from: offset) { $0 != UInt8(ascii: "<") })
        }
        var place = quoteEnd(from: end).end
        place = blanksEnd(from: place)
        guard place < text.count, text[place] == UInt8(ascii: ":") || text[place] == UInt8(ascii: "=")
        else { return false }
        // Last, since it costs most and most words have no value behind them.
        guard isSecretName(end) else { return false }
        place = blanksEnd(from: place + 1)
        let quote = quoteEnd(from: place)
        let isLine = quote.byte == nil && Self.lineNames.contains { isName($0, end, whole: false) }
        copy(quote.end - offset)
        if let byte = quote.byte { return finish(closingQuote(byte, backslashes: quote.backslashes)) }
        if isLine { return finish(self.end(from: offset) { $0 != 0x0A && $0 != 0x0D }) }
        return finish(bareValueEnd())
    }

    private mutating func finish(_ end: Int) -> Bool {
        if end > offset, !isFull { replace(upTo: end, by: "[secret]") }
        return true
    }

    private func isSecretName(_ end: Int) -> Bool {
        Self.nameEndings.contains { isName($0, end, whole: false) }
            || Self.wholeNames.contains { isName($0, end, whole: true) }
    }

    /// Compares from behind, leaving out `_` and `-`.
    private func isName(_ name: StaticString, _ end: Int, whole: Bool) -> Bool {
        var (place, left) = (end - 1, name.utf8CodeUnitCount)
        while place >= offset, left > 0 {
            let byte = text[place]
            place -= 1
            if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { continue }
            guard asciiLowercase(byte) == name.utf8Start[left - 1] else { return false }
            left -= 1
        }
        return left == 0 && (!whole || place < offset)
    }

    private func blanksEnd(from start: Int) -> Int {
        end(from: start, most: 16) { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    /// A quotation mark with up to three backslashes before it, if there is one.
    private func quoteEnd(from start: Int) -> (end: Int, byte: UInt8?, backslashes: Int) {
        let place = end(from: start, most: 3) { $0 == UInt8(ascii: "\\") }
        guard place < text.count, text[place] == UInt8(ascii: "\"") || text[place] == UInt8(ascii: "'")
        else { return (start, nil, 0) }
        return (place + 1, text[place], place - start)
    }

    /// Where the string that was opened ends: before its closing mark and that one's backslashes.
    private func closingQuote(_ quote: UInt8, backslashes: Int) -> Int {
        var (place, run) = (offset, 0)
        while place < text.count {
            let byte = text[place]
            if byte == quote, backslashes == 0 ? run % 2 == 0 : run <= backslashes {
                return place - (backslashes == 0 ? 0 : run)
            }
            run = byte == UInt8(ascii: "\\") ? run + 1 : 0
            place += 1
        }
        return text.count
    }

    /// A list or an object as a whole; anything else up to what can only come after it.
    private func bareValueEnd() -> Int {
        guard offset < text.count else { return offset }
        // A value that is masked already.
        for name in Self.names where begins(name, at: offset) { return offset + name.utf8CodeUnitCount }
        guard text[offset] == UInt8(ascii: "[") || text[offset] == UInt8(ascii: "{") else {
            return end(from: offset) {
                switch $0 {
                case 0...0x20, UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "}"),
                    UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "'"),
                    UInt8(ascii: "<"), UInt8(ascii: "["):
                    false
                default: true
                }
            }
        }
        var (place, depth) = (offset, 0)
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            place += 1
            if depth == 0 { break }
        }
        return place
    }

    /// `Bearer …`, `Basic …`: copies the scheme and masks what looks like no word of a sentence.
    mutating func maskCredentials(after end: Int) -> Bool {
        let isScheme = end - offset == 6 && isName("bearer", end, whole: true)
            || end - offset == 5 && isName("basic", end, whole: true)
        guard isScheme, end < text.count, text[end] == 0x20 || text[end] == UInt8(ascii: "+") else {
            return false
        }
        let start = end + 1
        var last = start
        var isMixed = false
        while last < text.count, Self.isOfCredentials(text[last]) {
            if text[last] &- UInt8(ascii: "a") >= 26 { isMixed = true }
            last += 1
        }
        guard isMixed, last - start >= 8 else { return false }
        copy(start - offset)
        if !isFull { replace(upTo: last, by: "[token]") }
        return true
    }

    /// token68 of RFC 9110, 11.2.
    private static func isOfCredentials(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "-"):
            true
        default: isOfWord(byte) && byte < 0x80
        }
    }

    private static let prefixes: [StaticString] = [
        "eyJ", "sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
        "xoxb-", "xoxp-", "xoxa-", "xoxs-", "xapp-", "AKIA", "ASIA", "AIza", "ya29.", "hf_", "npm_", "SG.",
        "dop_v1_", "shpat_", "whsec_", "pypi-",
    ]

    /// A key that begins as known ones do, or a word that is random. `word` is the end of the word.
    func keyEnd(word: Int) -> Int? {
        for prefix in Self.prefixes where begins(prefix, at: offset) {
            let end = end(from: offset) { Self.isOfCredentials($0) }
            if end - offset >= 16 { return end }
        }
        let shape = WordShape(Bytes(rebasing: text[offset..<word]))
        // Capitals within: perhaps Base64, of which `/` and `+` are letters. Else they end a word.
        let isWide = shape.capitalsWithin >= 1 && shape.changes >= 2
        guard isWide else { return shape.isRandom ? word : nil }
        let last = end(from: offset, most: WordShape.window) { Self.isOfBase64($0) }
        guard shape.isRandom || WordShape(Bytes(rebasing: text[offset..<last])).isRandom else { return nil }
        return max(word, end(from: offset) { Self.isOfBase64($0) })
    }

    private static func isOfBase64(_ byte: UInt8) -> Bool {
        isOfCredentials(byte) && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "~")
    }
}
