/// One key with one scalar value: how it is read, checked and printed. Owns the forms a value can
/// have; which keys there are is `Keys`.

import Vocabulary

struct Setting<Root>: Sendable {
    typealias Place<Value> = WritableKeyPath<Root, Value> & Sendable

    let key: String
    let read: @Sendable (inout Root, Tree, String, inout Reader) -> Void
    let write: @Sendable (Root) -> Tree

    static func count(_ key: String, _ place: any Place<Int>, _ range: ClosedRange<Int>) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.count(tree, path, range) { root[keyPath: place] = value }
        } write: {
            .plain("\($0[keyPath: place])")
        }
    }

    /// `word` stands for `nil`: `unlimited` or `auto`.
    static func count(_ key: String, _ place: any Place<Int?>, _ range: ClosedRange<Int>, or word: String) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if tree.scalar == word {
                root[keyPath: place] = nil
            } else if let value = reader.count(tree, path, range, or: word) {
                root[keyPath: place] = value
            }
        } write: {
            .plain($0[keyPath: place].map { "\($0)" } ?? word)
        }
    }

    static func size(_ key: String, _ place: any Place<Int>, _ range: ClosedRange<UInt64>) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.size(tree, path, range) { root[keyPath: place] = Int(value) }
        } write: {
            .plain(Quantity.text(size: UInt64($0[keyPath: place])))
        }
    }

    static func size(_ key: String, _ place: any Place<UInt64?>, _ range: ClosedRange<UInt64>, or word: String) -> Self
    {
        Setting(key: key) { root, tree, path, reader in
            if tree.scalar == word {
                root[keyPath: place] = nil
            } else if let value = reader.size(tree, path, range, or: word) {
                root[keyPath: place] = value
            }
        } write: {
            .plain($0[keyPath: place].map(Quantity.text(size:)) ?? word)
        }
    }

    static func duration(_ key: String, _ place: any Place<Interval>, _ range: ClosedRange<Interval>) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.duration(tree, path, range) { root[keyPath: place] = value }
        } write: {
            .plain(Quantity.text($0[keyPath: place]))
        }
    }

    static func flag(_ key: String, _ place: any Place<Bool>) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.flag(tree, path) { root[keyPath: place] = value }
        } write: {
            .plain($0[keyPath: place] ? "true" : "false")
        }
    }

    static func number(_ key: String, _ place: any Place<Double>, _ range: ClosedRange<Double>) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.number(tree, path, range) { root[keyPath: place] = value }
        } write: {
            .plain("\($0[keyPath: place])")
        }
    }

    static func text(_ key: String, _ place: any Place<String>, _ expected: String) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.text(tree, path, expected) { root[keyPath: place] = value }
        } write: {
            .text($0[keyPath: place])
        }
    }

    static func word(_ key: String, _ place: any Place<String>, _ words: [String]) -> Self {
        Setting(key: key) { root, tree, path, reader in
            if let value = reader.word(tree, path, words) { root[keyPath: place] = value }
        } write: {
            .text($0[keyPath: place])
        }
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ key: String, _ place: any Place<Value>
    ) -> Self {
        let words = Value.allCases.map(\.rawValue)
        return Setting(key: key) { root, tree, path, reader in
            if let value = reader.word(tree, path, words).flatMap(Value.init(rawValue:)) {
                root[keyPath: place] = value
            }
        } write: {
            .text($0[keyPath: place].rawValue)
        }
    }

    private init(
        key: String, read: @escaping @Sendable (inout Root, Tree, String, inout Reader) -> Void,
        write: @escaping @Sendable (Root) -> Tree
    ) {
        self.key = key
        self.read = read
        self.write = write
    }
}
