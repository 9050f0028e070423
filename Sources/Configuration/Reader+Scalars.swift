/// Reads one scalar of a known form. Owns the words of these refusals.

import Vocabulary

extension Reader {
    /// The text as it stands, quoted or not; empty is refused.
    mutating func text(_ tree: Tree, _ path: String, _ expected: String) -> String? {
        guard let text = tree.scalar, !tree.isNull, !text.isEmpty else {
            fail(tree.origin, "\(path): expected \(expected), found \(tree.kind)")
            return nil
        }
        return text
    }

    mutating func count(_ tree: Tree, _ path: String, _ range: ClosedRange<Int>, or word: String? = nil) -> Int? {
        let expected = "a whole number" + (word.map { " or \($0)" } ?? "")
        guard let text = text(tree, path, expected) else { return nil }
        guard let value = Quantity.count(text) else {
            fail(tree.origin, "\(path): expected \(expected), found \(tree.kind)")
            return nil
        }
        guard range.contains(value) else {
            fail(tree.origin, "\(path): \(value) is out of range; use \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func size(_ tree: Tree, _ path: String, _ range: ClosedRange<UInt64>, or word: String? = nil) -> UInt64? {
        let expected = "a size as 16KiB, 1MB or plain bytes" + (word.map { ", or \($0)" } ?? "")
        guard let text = text(tree, path, expected) else { return nil }
        guard let value = Quantity.size(text) else {
            fail(tree.origin, "\(path): expected \(expected), found \(tree.kind)")
            return nil
        }
        guard range.contains(value) else {
            fail(
                tree.origin,
                "\(path): \(text.clipped) is out of range; use \(Quantity.text(size: range.lowerBound)) to \(Quantity.text(size: range.upperBound))"
            )
            return nil
        }
        return value
    }

    mutating func duration(_ tree: Tree, _ path: String, _ range: ClosedRange<Interval>) -> Interval? {
        let expected = "a duration with its unit as 250ms, 5s, 1m or 2h"
        guard let text = text(tree, path, expected) else { return nil }
        guard let value = Quantity.duration(text) else {
            fail(tree.origin, "\(path): expected \(expected), found \(tree.kind)")
            return nil
        }
        guard range.contains(value) else {
            fail(
                tree.origin,
                "\(path): \(text.clipped) is out of range; use \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))"
            )
            return nil
        }
        return value
    }

    mutating func flag(_ tree: Tree, _ path: String) -> Bool? {
        guard let value = tree.truth else {
            fail(tree.origin, "\(path): expected true or false, found \(tree.kind)")
            return nil
        }
        return value
    }

    mutating func number(_ tree: Tree, _ path: String, _ range: ClosedRange<Double>) -> Double? {
        guard let text = text(tree, path, "a number"), let value = Self.number(text) else {
            if tree.scalar?.isEmpty == false, !tree.isNull {
                fail(tree.origin, "\(path): expected a number, found \(tree.kind)")
            }
            return nil
        }
        guard range.contains(value) else {
            fail(
                tree.origin, "\(path): \(text.clipped) is out of range; use \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func word(_ tree: Tree, _ path: String, _ words: [String]) -> String? {
        guard let text = text(tree, path, "one of \(words.joined(separator: ", "))") else { return nil }
        guard words.contains(text) else {
            fail(
                tree.origin,
                "\(path): \"\(text.clipped)\" is not possible here; \(Spelling.hint(for: text, in: words, called: "the choices"))"
            )
            return nil
        }
        return text
    }

    /// One text or a list of them.
    mutating func texts(_ tree: Tree, _ path: String, _ expected: String) -> [String]? {
        guard let items = tree.items else { return text(tree, path, "\(expected) or a list").map { [$0] } }
        guard !items.isEmpty else {
            fail(tree.origin, "\(path): the list is empty; give \(expected)")
            return nil
        }
        let texts = items.compactMap { text($0, path, expected) }
        return texts.count == items.count ? texts : nil
    }

    /// A decimal number, finite; neither hexadecimal nor `nan`.
    static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Names go into headers and metrics: letters, digits, `.`, `_` and `-`, at most 64.
    mutating func name(_ text: String, _ origin: Origin, _ path: String) -> Bool {
        let valid =
            text.utf8.count <= 64 && !text.isEmpty
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        if !valid {
            fail(
                origin, "\(path): \"\(text.clipped)\" is not a name; use letters, digits, '.', '_' and '-', at most 64")
        }
        return valid
    }
}
