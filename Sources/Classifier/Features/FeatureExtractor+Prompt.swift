/// Prose that asks for something: the last thing a user said, its words and pairs of words, its length,
/// how it begins, what numbers of words or pages it wants, and whether it looks like code.

import Vocabulary

extension FeatureExtractor {
    /// Bytes from the beginning and from the end of a prompt that are read.
    private static let promptEdge = 1200

    func readPrompt() {
        let length = Magnitude.ofLength(UInt64(prompt.count))
        set.add(.promptLength, length)
        set.add(.messages, Magnitude.of(count: messages))
        if messages > 0 { set.add(.promptLength, length, 1) }
        set.add(.tokensText, tokens ?? 31, length)
        if prompt.count <= 2 * Self.promptEdge {
            readProse(prompt, isStart: true)
        } else {
            readProse(Bytes(rebasing: prompt.prefix(Self.promptEdge)), isStart: true)
            readProse(Bytes(rebasing: prompt.suffix(Self.promptEdge)), isStart: false)
        }
        readMarks()
    }

    private func readProse(_ text: Bytes, isStart: Bool) {
        var reader = WordReader(text)
        var previous: UInt64 = 0
        var number: UInt64?
        var position = isStart ? 0 : 100
        while wordsLeft > 0, let word = reader.next() {
            wordsLeft -= 1
            if word.isNumber {
                number = JSONNumber.parse(Bytes(rebasing: text[word.range])).map(Magnitude.of)
                continue
            }
            note(word, text)
            set.add(.text, word.hash)
            if previous != 0 { set.add(.textPair, previous, word.hash) }
            if position < 3 { set.add(.textStart, word.hash, UInt64(position)) }
            if let size = number { set.add(.textNumber, word.hash, size) }
            concept(of: word, as: .text)
            previous = word.hash
            number = nil
            position += 1
        }
    }

    /// Marks of code, questions and lists.
    private func readMarks() {
        var lines = 0
        var braces = 0
        var questions = 0
        var high = 0
        var fences = 0
        var symbols = 0
        for byte in prompt.prefix(2 * Self.promptEdge) {
            switch byte {
            case 0x0A: lines += 1
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"): braces += 1
            case UInt8(ascii: "?"): questions += 1
            case UInt8(ascii: "`"): fences += 1
            case UInt8(ascii: "="), UInt8(ascii: "("), UInt8(ascii: "^"), UInt8(ascii: "\\"): symbols += 1
            case 0x80...: high += 1
            default: break
            }
        }
        set.add(.promptShape, 0, Magnitude.of(count: lines))
        set.add(.promptShape, 1, Magnitude.of(count: braces))
        set.add(.promptShape, 2, UInt64(min(questions, 2)))
        set.add(.promptShape, 3, UInt64(min(fences, 3)))
        set.add(.promptShape, 4, Magnitude.of(count: symbols))
        if high * 4 > prompt.count { set.add(.promptShape, 5, 1) }
    }
}
