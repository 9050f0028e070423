/// The features of one request: a set of 32-bit hashes in memory that is allocated once. It forgets
/// nothing it was given until it is full, and says when it is.

import Vocabulary

/// `@unchecked`: one thread uses it.
public final class FeatureSet {
    /// Most features of one request; what comes later is left out.
    public static let capacity = 1024
    private static let slotCount = 4096

    public let hashes: UnsafeMutablePointer<UInt32>
    /// Which of them carry a word, which a model may not know.
    public let lexical: UnsafeMutablePointer<Bool>
    public private(set) var count = 0
    private let slots: UnsafeMutablePointer<UInt64>
    private var generation: UInt32 = 0
    /// Whoever explains asks for names; nil on the request path.
    var names: FeatureNames? { didSet { isNaming = names != nil } }
    /// Tells without touching a reference.
    private(set) var isNaming = false

    init() {
        hashes = .allocate(capacity: Self.capacity)
        lexical = .allocate(capacity: Self.capacity)
        slots = .allocate(capacity: Self.slotCount)
        hashes.initialize(repeating: 0, count: Self.capacity)
        lexical.initialize(repeating: false, count: Self.capacity)
        slots.initialize(repeating: 0, count: Self.slotCount)
    }

    deinit {
        hashes.deallocate()
        lexical.deallocate()
        slots.deallocate()
    }

    var isFull: Bool { count >= Self.capacity }

    func reset() {
        count = 0
        generation &+= 1
        if generation == 0 {
            slots.update(repeating: 0, count: Self.slotCount)
            generation = 1
        }
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
        let entry = UInt64(generation) << 32 | UInt64(hash)
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[slot] >> 32 == UInt64(generation) {
            if slots[slot] == entry { return }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        slots[slot] = entry
        hashes[count] = hash
        lexical[count] = namespace.isLexical
        count += 1
    }
}
