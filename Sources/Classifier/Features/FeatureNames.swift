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

    func note(stem: UInt64, _ bytes: Bytes) {
        if words[stem] == nil { words[stem] = String(decoding: bytes.prefix(5), as: UTF8.self).lowercased() + "…" }
    }

    func note(single namespace: Namespace, _ term: UInt64, hash: UInt32) {
        if texts[hash] == nil { texts[hash] = "\(namespace) \(name(of: term, in: namespace))" }
    }

    func note(pair namespace: Namespace, _ term: UInt64, _ other: UInt64, hash: UInt32) {
        if texts[hash] == nil {
            texts[hash] = "\(namespace) \(name(of: term, in: namespace)) + \(name(of: other, in: namespace))"
        }
    }

    private func name(of term: UInt64, in namespace: Namespace) -> String {
        if let word = words[term] { return word }
        switch namespace {
        case .concept, .operationConcept, .conceptPair, .methodConcept, .keyConcept, .textConcept, .conceptLimit, .conceptArray,
            .conceptSpan:
            return term < UInt64(concepts.count) ? concepts[Int(term)] : "\(term)"
        default: return term < 1 << 16 ? "\(term)" : "-"
        }
    }
}
