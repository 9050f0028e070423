/// The lexicon as people write it: a concept a line, `name: word word …`; `#` begins a comment.

import Classifier

package enum LexiconText {
    package static func parse(_ text: String) throws(RecordProblem) -> Lexicon {
        var names: [String] = []
        var words: [(hash: UInt64, concept: UInt8)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw RecordProblem("line \(index + 1): no colon after the concept's name") }
            guard names.count < Lexicon.conceptLimit else {
                throw RecordProblem("line \(index + 1): more than \(Lexicon.conceptLimit) concepts")
            }
            for word in parts[1].split(whereSeparator: \.isWhitespace) {
                let hash = Array(word.utf8).withUnsafeBytes { FeatureExtractor.wordHash($0) }
                guard let hash else { throw RecordProblem("line \(index + 1): '\(word)' is not one word") }
                words.append((hash, UInt8(names.count)))
            }
            names.append(String(parts[0]))
        }
        return Lexicon(words: words, names: names)
    }
}
