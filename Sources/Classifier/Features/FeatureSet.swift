/// The features of one request: a set of 32-bit hashes in memory that is allocated once. It forgets
/// nothing it was given until it is full, and says when it is.

import Vocabulary

/// `@unchecked`: one thread uses it.
public final class FeatureSet {
    /// Most features of one request; what comes later is left out.
    public static let capacity = 1024
    /// Twice as many, in a quarter of a first-level cache.
    private static let slotCount = 2048

    public let hashes: UnsafeMutablePointer<UInt32>
    /// Which of them carry a word, which a model may not know.
    public let lexical: UnsafeMutablePointer<Bool>
    public private(set) var count = 0
    /// Hashes by place; zero is an empty slot.
    private let slots: UnsafeMutablePointer<UInt32>
    /// The slot of each feature, to empty it again.
    private let places: UnsafeMutablePointer<UInt16>
    /// Whoever explains asks for names; nil on the request path.
    var names: FeatureNames? { didSet { isNaming = names != nil } }
    /// Tells without touching a reference.
    private(set) var isNaming = false

    init() {
        hashes = .allocate(capacity: Self.capacity)
        lexical = .allocate(capacity: Self.capacity)
        slots = .allocate(capacity: Self.slotCount)
        places = .allocate(capacity: Self.capacity)
        hashes.initialize(repeating: 0, count: Self.capacity)
        lexical.initialize(repeating: false, count: Self.capacity)
        slots.initialize(repeating: 0, count: Self.slotCount)
        places.initialize(repeating: 0, count: Self.capacity)
    }

    deinit {
        hashes.deallocate()
        lexical.deallocate()
        slots.deallocate()
        places.deallocate()
    }

    var isFull: Bool { count >= Self.capacity }

    func reset() {
        for index in 0..<count { slots[Int(places[index])] = 0 }
        count = 0
    }

    @inline(__always)
    func add(_ namespace: Namespace, _ term: UInt64) { insert(namespace, term, 0) }

    @inline(__always)
    func add(_ namespace: Namespace, _ term: UInt64, _ other: UInt64) {
        insert(namespace, term, other &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        if isNaming { names?.note(pair: namespace, term, other, hash: Self.mixed(namespace, term, other &* 0x9E37_79B9_7F4A_7C15 &+ 1)) }
    }

    @inline(__always)
    private static func mixed(_ namespace: Namespace, _ term: UInt64, _ other: UInt64) -> UInt32 {
        var mixed = (term &+ UInt64(namespace.rawValue) &* 0xD6E8_FEB8_6659_FD93) ^ other
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    private func insert(_ namespace: Namespace, _ term: UInt64, _ other: UInt64) {
        let hash = Self.mixed(namespace, term, other)
        if isNaming, other == 0 { names?.note(single: namespace, term, hash: hash) }
        guard count < Self.capacity else { return }
        let entry = hash == 0 ? 1 : hash
        var slot = Int(truncatingIfNeeded: entry) & (Self.slotCount - 1)
        while slots[slot] != 0 {
            if slots[slot] == entry { return }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        slots[slot] = entry
        places[count] = UInt16(truncatingIfNeeded: slot)
        hashes[count] = entry
        lexical[count] = namespace.isLexical
        count += 1
    }
}
