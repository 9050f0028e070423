/// The readable side of features, for whoever asks why: gathered only while a request is explained.

import Vocabulary

final class FeatureNames {
    private var words: [UInt64: String] = [:]
    private var texts: [UInt32: String] = [:]
    private let concepts: [String]

    init(concepts: [String]) { self.concepts = concepts }

    func text(of hash: UInt32) -> String? { texts[hash] }

    func note(word: UInt64, _ bytes: Bytes) {
        if words[word] == nil { words[word] = String(decoding: bytes.prefix(48), as: UTF8.self).lowercased() }
    }

    func note(single namespace: Namespace, _ term: UInt64, hash: UInt32) {
        if texts[hash] == nil { texts[hash] = "\(namespace) \(name(of: term, as: namespace.terms.first))" }
    }

    func note(pair namespace: Namespace, _ term: UInt64, _ other: UInt64, hash: UInt32) {
        guard texts[hash] == nil else { return }
        let terms = namespace.terms
        texts[hash] = "\(namespace) \(name(of: term, as: terms.first)) + \(name(of: other, as: terms.second))"
    }

    private func name(of term: UInt64, as kind: Namespace.Term) -> String {
        switch kind {
        case .size: return Magnitude.text(term)
        case .concept: return term < UInt64(concepts.count) ? concepts[Int(term)] : "\(term)"
        case .other: return words[term] ?? (term < 1 << 16 ? "\(term)" : "-")
        }
    }
}

extension Namespace {
    /// What a term stands for.
    enum Term { case size, concept, other }

    var terms: (first: Term, second: Term) {
        switch self {
        case .number, .longestArray, .choices, .tokens, .fields, .messages, .limit: (.size, .other)
        case .keyNumber, .keyArray, .operationLimit, .operationArray, .textNumber: (.other, .size)
        case .concept, .operationConcept, .keyConcept, .textConcept, .conceptSituation, .conceptFlag, .conceptSpan: (.concept, .other)
        case .conceptPair, .conceptValue: (.concept, .concept)
        case .conceptLimit, .conceptArray, .conceptNumber, .conceptList: (.concept, .size)
        case .methodConcept: (.other, .concept)
        default: (.other, .other)
        }
    }
}
