/// Finds a label in what the server sent, however well the model kept to the form: JSON, else the first
/// `{`, else a label's name standing alone, else nothing. Thinking is never read as an answer.

import Vocabulary

struct ChatReply {
    enum Finding: Equatable {
        case label(Label, Float)
        /// A label was named, but not one of ours.
        case wrongLabel
        case nothing
    }

    /// What a model says of itself is never taken for more than this.
    static let mostClaimed: Float = 0.9
    /// Without a word about it: enough to be used, not enough to be sure.
    static let unclaimed: Float = 0.6
    /// Log probabilities are better, but no model is surer than this.
    static let mostCertain: Float = 0.99

    /// Bytes of an answer that are searched for a lone name: answers are a few words.
    private static let searched = 4096

    private let names: [[UInt8]]
    /// The names as models like to vary them: lower case, hyphens for spaces and underscores.
    private let folded: [[UInt8]]
    /// Longest first, so that `fast` is not found in `fast-path`.
    private let byLength: [Int]

    init(labels: [String]) {
        names = labels.map { Array($0.utf8) }
        folded = names.map { Self.fold($0[...]) }
        byLength = names.indices.sorted { labels[$0].utf8.count > labels[$1].utf8.count }
    }

    func find(in reply: Bytes) -> Finding {
        var content: [UInt8]?
        var tokens = TokenChances()
        var reader = JSONReader(reply)
        let isObject = reader.members { name, value in
            var value = value
            if name.elementsEqual("message".utf8) {
                _ = value.members { name, value in
                    var value = value
                    if name.elementsEqual("content".utf8) { content = value.string() }
                }
            } else if name.elementsEqual("logprobs".utf8) {
                tokens.read(value)
            }
        }
        guard isObject, let content else { return .nothing }
        return find(inContent: content, tokens: tokens)
    }

    private func find(inContent content: [UInt8], tokens: TokenChances) -> Finding {
        let content = Self.afterThinking(content)
        var named: [UInt8]?
        var claimed: Double?
        if let brace = content.firstIndex(of: UInt8(ascii: "{")) {
            content[brace...].withUnsafeBytes { text in
                var reader = JSONReader(text)
                _ = reader.members { name, value in
                    var value = value
                    if Self.fold(name[...]).elementsEqual("label".utf8) {
                        named = value.string() ?? named
                    } else if Self.fold(name[...]).elementsEqual("confidence".utf8) {
                        claimed = value.number() ?? claimed
                    }
                }
            }
        }
        if let named, let index = folded.firstIndex(of: Self.fold(named[...])) {
            return .label(Label(index: UInt8(index)), confidence(index, claimed, tokens))
        }
        if let index = onlyName(in: named?[...] ?? content) {
            return .label(Label(index: UInt8(index)), confidence(index, claimed, tokens))
        }
        return named == nil ? .nothing : .wrongLabel
    }

    private func confidence(_ index: Int, _ claimed: Double?, _ tokens: TokenChances) -> Float {
        if let chance = tokens.chance(of: names[index], among: names) {
            return min(max(Float(chance), 0), Self.mostCertain)
        }
        guard let claimed, claimed >= 0, claimed <= 100 else { return Self.unclaimed }
        return min(Float(claimed > 1 ? claimed / 100 : claimed), Self.mostClaimed)
    }

    /// The label whose name stands in the text by itself, if it is the only such one.
    private func onlyName(in text: ArraySlice<UInt8>) -> Int? {
        var text = text.prefix(Self.searched).map(Self.lowercased)
        var found: Int?
        for index in byLength {
            let name = names[index].map(Self.lowercased)
            guard blank(name, in: &text) else { continue }
            guard found == nil else { return nil }
            found = index
        }
        return found
    }

    /// Wipes out the name's occurrences; false if there is none.
    private func blank(_ name: [UInt8], in text: inout [UInt8]) -> Bool {
        guard !name.isEmpty, name.count <= text.count else { return false }
        var isFound = false
        for start in 0...(text.count - name.count) {
            let end = start + name.count
            guard text[start..<end].elementsEqual(name),
                start == 0 || !Self.isOfWord(text[start - 1]),
                end == text.count || !Self.isOfWord(text[end])
            else { continue }
            isFound = true
            for place in start..<end { text[place] = UInt8(ascii: " ") }
        }
        return isFound
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    private static func fold(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var name = name
        while let first = name.first, first <= 0x20 { name.removeFirst() }
        while let last = name.last, last <= 0x20 { name.removeLast() }
        return name.map { $0 == 0x20 || $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : lowercased($0) }
    }

    /// What follows the last thought; nothing if a thought does not end.
    private static func afterThinking(_ content: [UInt8]) -> ArraySlice<UInt8> {
        var answer = content[...]
        if let end = last("</think>", in: answer) { answer = answer[(end + 8)...] }
        if let start = last("<think>", in: answer) { answer = answer[..<start] }
        return answer
    }

    private static func last(_ tag: String, in text: ArraySlice<UInt8>) -> Int? {
        let tag = Array(tag.utf8)
        guard text.count >= tag.count else { return nil }
        return (text.startIndex...(text.endIndex - tag.count)).last { text[$0...].starts(with: tag) }
    }
}
