/// Keys and their short values, wherever they come from: query, form, JSON, XML.

import Vocabulary

struct FeatureKey {
    /// Of the spelling without separators and case; zero for none.
    var hash: UInt64 = 0
    var family = KeyFamily.other
    /// The meanings of its first and last word that has one; `noConcept` for none.
    var concept = FeatureKey.noConcept
    var lastConcept = FeatureKey.noConcept

    static let noConcept: UInt8 = 255
}

extension FeatureExtractor {
    /// Longest text that is taken for a word or two rather than prose.
    static let shortText = 48

    func key(_ name: Bytes, isQuiet: Bool) -> FeatureKey {
        var hash = Hash.start
        var isPlain = true
        for byte in name.prefix(64) {
            let kind = CharacterClass.of(byte)
            if kind == .other { continue }
            if kind == .digit { isPlain = false }
            Hash.add(kind == .upper ? byte | 0x20 : byte, to: &hash)
        }
        // Keys that are ids, as in a map of them, say nothing.
        if !isPlain, IdentifierKind.of(name) != .none { return FeatureKey() }
        var key = FeatureKey(hash: hash, family: families.family(of: hash))
        guard !isQuiet else { return key }
        if set.isNaming { set.names?.note(word: hash, name) }
        set.add(.key, hash)
        lastConcept = FeatureKey.noConcept
        firstConcept = FeatureKey.noConcept
        words(of: name, as: .keyWord, limit: 8)
        key.concept = firstConcept
        key.lastConcept = lastConcept
        return key
    }

    func number(_ value: Double, _ key: FeatureKey, isQuiet: Bool) {
        let size = Magnitude.of(value)
        switch key.family {
        case .limit: limit = max(limit ?? 0, size)
        case .tokens:
            tokens = size
            set.add(.tokens, size)
        case .choices: set.add(.choices, size)
        default: break
        }
        guard !isQuiet else { return }
        set.add(.keyNumber, key.hash, size)
        set.add(.number, size)
        meanings(of: key, .conceptNumber, size)
    }

    func flag(_ value: UInt8, _ key: FeatureKey) {
        set.add(.keyValue, key.hash, UInt64(value))
        set.add(.flag, UInt64(value))
        meanings(of: key, .conceptFlag, UInt64(value))
    }

    private func meanings(of key: FeatureKey, _ namespace: Namespace, _ term: UInt64) {
        if key.concept != FeatureKey.noConcept { set.add(namespace, UInt64(key.concept), term) }
        if key.lastConcept != key.concept, key.lastConcept != FeatureKey.noConcept {
            set.add(namespace, UInt64(key.lastConcept), term)
        }
    }

    /// A string, decoded. `isQuiet`: one of many like it.
    func string(_ text: Bytes, _ key: FeatureKey, isQuiet: Bool) {
        textBytes &+= text.count
        if key.family == .text, !text.isEmpty {
            prompt = text
        } else if key.family == .queryText, looksLikeStatement(text, key) {
            return
        }
        guard text.count <= Self.shortText else { return longText(text, key, isQuiet: isQuiet) }
        takeMoment(text)
        guard !isQuiet else { return }
        if text.isEmpty { return set.add(.keyKind, key.hash, 100) }
        if isEverything(text) {
            set.add(.all, 1)
            set.add(.keyValue, key.hash, 42)
        }
        if let value = JSONNumber.parse(text), TimeText.moment(text) == nil { return number(value, key, isQuiet: false) }
        if let seconds = TimeText.duration(text) {
            set.add(.duration, TimeText.bucket(seconds: seconds))
            set.add(.keyKind, key.hash, 200 + TimeText.bucket(seconds: seconds))
            return
        }
        let items = commas(in: text)
        if items > 0 { list(items + 1, key) }
        let kind = IdentifierKind.of(text)
        guard kind == .none else { return set.add(.keyKind, key.hash, kind.rawValue) }
        if key.family == .operation { operationWords(of: text) }
        fileType(of: text)
        shortWords(text, key)
    }

    private func shortWords(_ text: Bytes, _ key: FeatureKey) {
        var reader = WordReader(text)
        var left = 6
        while left > 0, wordsLeft > 0, let word = reader.next() {
            left -= 1
            wordsLeft -= 1
            guard !word.isNumber else { continue }
            note(word, text)
            set.add(.value, word.hash)
            set.add(.keyValue, key.hash, word.hash)
            lastConcept = FeatureKey.noConcept
            concept(of: word, as: .value)
            if lastConcept != FeatureKey.noConcept { meanings(of: key, .conceptValue, UInt64(lastConcept)) }
        }
    }

    private func longText(_ text: Bytes, _ key: FeatureKey, isQuiet: Bool) {
        let items = commas(in: text)
        if items > 3, !hasSpaces(text) { list(items + 1, key) }
        guard !isQuiet else { return }
        set.add(.keyKind, key.hash, 300 + Magnitude.ofLength(UInt64(text.count)))
        if !hasSpaces(text) {
            if text.count > 200 { set.add(.blob, Magnitude.ofLength(UInt64(text.count))) }
            return fileType(of: text)
        }
        if key.family != .text { words(of: text, as: .text, limit: 24) }
    }

    /// An array, or a list in a string. `count` elements.
    func list(_ count: Int, _ key: FeatureKey) {
        longestArray = max(longestArray, count)
        let size = Magnitude.of(count: Int(min(Double(count) * stretch, 1e9)))
        set.add(.keyArray, key.hash, size)
        meanings(of: key, .conceptList, size)
    }

    private func isEverything(_ text: Bytes) -> Bool {
        if text.count == 1 { return text[0] == UInt8(ascii: "*") }
        return text.count == 3 && text[0] | 0x20 == UInt8(ascii: "a") && text[1] | 0x20 == UInt8(ascii: "l")
            && text[2] | 0x20 == UInt8(ascii: "l")
    }

    private func commas(in text: Bytes) -> Int {
        var count = 0
        for byte in text where byte == UInt8(ascii: ",") || byte == UInt8(ascii: "|") { count += 1 }
        return count
    }

    /// Within the first bytes: prose has a space soon.
    private func hasSpaces(_ text: Bytes) -> Bool {
        for byte in text.prefix(96) where byte == UInt8(ascii: " ") || byte >= 0xE3 { return true }
        return false
    }
}
