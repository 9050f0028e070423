/// Addresses and numbers of people: e-mail, IP, cards, telephones. Each function says where the thing at
/// the current offset ends, or nil.

import Vocabulary

extension MaskingPass {
    /// `local@domain`, also with the `@` percent-encoded.
    mutating func emailEnd() -> Int? {
        guard offset >= emailFreeUntil else { return nil }
        var at = offset
        while at < text.count, Self.isOfLocalPart(text[at]) {
            if text[at] == UInt8(ascii: "%"), begins("%40", at: at) { break }
            at += 1
        }
        let width = begins("@", at: at) ? 1 : begins("%40", at: at) ? 3 : 0
        let start = at + width
        var end = end(from: start) {
            Self.isOfWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        while end > start, text[end - 1] == UInt8(ascii: ".") || text[end - 1] == UInt8(ascii: "-") {
            end -= 1
        }
        guard width > 0, end > start else {
            emailFreeUntil = at
            return nil
        }
        return end
    }

    private static func isOfLocalPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: isOfWord(byte)
        }
    }

    mutating func addressEnd() -> Int? {
        guard hexDigit(text[offset]) != nil else { return nil }
        return addressEndV4() ?? addressEndV6()
    }

    private func addressEndV4() -> Int? {
        var place = offset
        for group in 0..<4 {
            let end = end(from: place, most: 3) { $0 &- UInt8(ascii: "0") < 10 }
            guard end > place, !isDigit(end) else { return nil }
            place = end
            if group < 3 {
                guard place < text.count, text[place] == UInt8(ascii: ".") else { return nil }
                place += 1
            }
        }
        return place
    }

    /// Hexadecimal groups with `::`, or five colons and more (which takes in MAC addresses).
    private mutating func addressEndV6() -> Int? {
        guard offset >= addressFreeUntil else { return nil }
        var (end, colons, hasGap) = (offset, 0, false)
        while end < text.count, hexDigit(text[end]) != nil || text[end] == UInt8(ascii: ":") {
            if text[end] == UInt8(ascii: ":") {
                colons += 1
                if end > offset, text[end - 1] == UInt8(ascii: ":") { hasGap = true }
            }
            end += 1
        }
        guard hasGap || colons >= 5 else {
            addressFreeUntil = end
            return nil
        }
        return end
    }

    /// At a digit: a card number, or a telephone number written in groups.
    func cardOrPhoneEnd() -> (end: Int, isCard: Bool)? {
        let groups = digitGroups(from: offset)
        if (13...19).contains(groups.digits), groups.isCardLike, isLuhnValid(groups.end) {
            return (groups.end, true)
        }
        return phoneEnd(from: offset, isSigned: false).map { ($0, false) }
    }

    /// Digits in groups with single separators: seven after a `+`, nine in three groups without one.
    func phoneEnd(from start: Int, isSigned: Bool) -> Int? {
        let groups = digitGroups(from: start)
        let isLong = isSigned ? groups.digits >= 7 : groups.digits >= 9 && groups.separators >= 2
        return isLong ? groups.end : nil
    }

    private struct Groups {
        var end: Int
        var digits = 0
        var separators = 0
        /// Only blanks and hyphens between the digits.
        var isCardLike = true
    }

    private func digitGroups(from start: Int) -> Groups {
        var groups = Groups(end: start)
        var place = start
        while place < text.count {
            if isDigit(place) {
                groups.digits += 1
                place += 1
                groups.end = place
                continue
            }
            guard let width = separatorWidth(at: place), isDigit(place + width) else { break }
            groups.separators += 1
            let isPlain = text[place] == UInt8(ascii: " ") || text[place] == UInt8(ascii: "-")
            if width > 1 || !isPlain { groups.isCardLike = false }
            place += width
        }
        return groups
    }

    /// One of ` -./()`, or a parenthesis with a blank beside it.
    private func separatorWidth(at place: Int) -> Int? {
        var width = 0
        while width < 2, place + width < text.count {
            switch text[place + width] {
            case UInt8(ascii: "("), UInt8(ascii: ")"): width += 1
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"):
                if width > 0, !Self.isParenthesis(text[place + width - 1]) { return width }
                width += 1
            default: return width > 0 ? width : nil
            }
        }
        return width > 0 ? width : nil
    }

    private static func isParenthesis(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
    }

    /// The check digit of ISO/IEC 7812, over the digits from the offset to `end`.
    private func isLuhnValid(_ end: Int) -> Bool {
        var (sum, isDoubled, place) = (0, false, end - 1)
        while place >= offset {
            defer { place -= 1 }
            guard isDigit(place) else { continue }
            var value = Int(text[place] &- UInt8(ascii: "0"))
            if isDoubled { value = value > 4 ? value * 2 - 9 : value * 2 }
            sum += value
            isDoubled.toggle()
        }
        return sum % 10 == 0
    }
}
