/// What words mean to a backend: `export`, `dump` and `exportar` are one. A table of word hashes, read-only,
/// part of a model's file.

import Vocabulary

/// `@unchecked`: written in `init` only.
public final class Lexicon: @unchecked Sendable {
    /// At most this many meanings: two words of 64 bits mark those seen.
    public static let conceptLimit = 128

    public let words: [(hash: UInt64, concept: UInt8)]
    public let names: [String]
    private let hashes: UnsafeMutablePointer<UInt64>
    private let concepts: UnsafeMutablePointer<UInt8>
    private let mask: Int

    /// Later entries of a word that is there already are left out.
    public init(words: [(hash: UInt64, concept: UInt8)], names: [String]) {
        self.words = words
        self.names = names
        var capacity = 64
        while capacity < words.count * 4 { capacity *= 2 }
        mask = capacity - 1
        hashes = .allocate(capacity: capacity)
        concepts = .allocate(capacity: capacity)
        hashes.initialize(repeating: 0, count: capacity)
        concepts.initialize(repeating: 0, count: capacity)
        for entry in words where entry.hash != 0 && Int(entry.concept) < Self.conceptLimit {
            let slot = Self.slot(of: entry.hash, in: hashes, mask)
            guard hashes[slot] == 0 else { continue }
            hashes[slot] = entry.hash
            concepts[slot] = entry.concept
        }
    }

    deinit {
        hashes.deallocate()
        concepts.deallocate()
    }

    /// For the request path: no reference is counted. Valid as long as the lexicon.
    var table: Table { Table(hashes: hashes, concepts: concepts, mask: mask) }

    struct Table {
        let hashes: UnsafePointer<UInt64>
        let concepts: UnsafePointer<UInt8>
        let mask: Int

        @inline(__always)
        func concept(of word: UInt64) -> UInt8? {
            let slot = Lexicon.slot(of: word, in: hashes, mask)
            return hashes[slot] == word ? concepts[slot] : nil
        }
    }

    @inline(__always)
    private static func slot(of hash: UInt64, in hashes: UnsafePointer<UInt64>, _ mask: Int) -> Int {
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
        while hashes[slot] != 0, hashes[slot] != hash { slot = (slot + 1) & mask }
        return slot
    }
}
