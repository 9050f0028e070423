/// Words into features, and the lexicon's meanings with them.

import Vocabulary

extension FeatureExtractor {
    /// The words of `bytes`.
    func words(of bytes: Bytes, as namespace: Namespace, limit: Int = 64) {
        var reader = WordReader(bytes)
        var left = min(limit, wordsLeft)
        while left > 0, let word = reader.next() {
            left -= 1
            wordsLeft -= 1
            guard !word.isNumber else { continue }
            note(word, bytes)
            set.add(namespace, word.hash)
            concept(of: word, as: namespace)
        }
    }

    /// The words of what is asked for: a path's last fixed segment, an RPC's method, a SOAP body's element.
    func operationWords(of bytes: Bytes) {
        var reader = WordReader(bytes)
        var left = min(12, wordsLeft)
        while left > 0, let word = reader.next() {
            left -= 1
            wordsLeft -= 1
            guard !word.isNumber else { continue }
            note(word, bytes)
            set.add(.operation, word.hash)
            set.add(.methodOperation, method, word.hash)
            if operationWords > 0 { set.add(.operationPair, operation, word.hash) }
            grams(of: word, bytes, as: .operationGram)
            operation = word.hash
            operationWords += 1
            concept(of: word, as: .operation)
        }
    }

    /// Every run of four bytes of a word that is longer: parts of compounds that nobody has seen whole.
    func grams(of word: Word, _ bytes: Bytes, as namespace: Namespace) {
        guard word.range.count > 4 else { return }
        var window: UInt32 = 0
        for offset in word.range {
            let byte = bytes[offset]
            window = window << 8 | UInt32(CharacterClass.of(byte) == .upper ? byte | 0x20 : byte)
            if offset - word.range.lowerBound >= 3 { set.add(namespace, UInt64(window)) }
        }
    }

    @inline(__always)
    func note(_ word: Word, _ bytes: Bytes) {
        guard set.isNaming, let names = set.names else { return }
        let text = Bytes(rebasing: bytes[word.range])
        names.note(word: word.hash, text)
    }

    // MARK: Meanings

    func concept(of word: Word, as namespace: Namespace) {
        guard let meanings, let concept = meanings.concept(of: word.hash) else { return }
        if firstConcept == FeatureKey.noConcept { firstConcept = concept }
        lastConcept = concept
        switch namespace {
        case .operation:
            set.add(.operationConcept, UInt64(concept))
            mark(concept, &operationConcepts, &operationConceptsAbove)
        case .keyWord: set.add(.keyConcept, UInt64(concept))
        case .text:
            set.add(.textConcept, UInt64(concept))
            return
        default: break
        }
        set.add(.concept, UInt64(concept))
        mark(concept, &concepts, &conceptsAbove)
    }

    private func mark(_ concept: UInt8, _ low: inout UInt64, _ high: inout UInt64) {
        if concept < 64 { low |= 1 << UInt64(concept) } else { high |= 1 << UInt64(concept - 64) }
    }

    func eachConcept(of low: UInt64, _ high: UInt64, _ body: (UInt64) -> Void) {
        var rest = low
        while rest != 0 {
            body(UInt64(rest.trailingZeroBitCount))
            rest &= rest - 1
        }
        rest = high
        while rest != 0 {
            body(64 + UInt64(rest.trailingZeroBitCount))
            rest &= rest - 1
        }
    }

    /// Every meaning of the operation with every other meaning; at most eight of the first.
    func pairConcepts() {
        var left = 8
        eachConcept(of: operationConcepts, operationConceptsAbove) { first in
            guard left > 0 else { return }
            left -= 1
            eachConcept(of: concepts, conceptsAbove) { second in
                if first != second { set.add(.conceptPair, first, second) }
            }
        }
    }
}
