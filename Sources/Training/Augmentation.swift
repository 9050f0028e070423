/// Variants of an example that the same backend would treat the same: other ids, other spelling of keys,
/// an envelope around the body, a body cut off at the inspection limit. All from the generator it is given.

import Vocabulary

enum Augmentation {
    /// What a variant counts beside its original.
    static let weight = 0.3

    static func variants(of example: Example, using random: inout SplitMix) -> [Example] {
        var variants = [renumbered(example, using: &random)]
        if isObject(example.body) {
            variants.append(recased(example))
            variants.append(wrapped(example, using: &random))
        }
        if example.body.count >= 400 { variants.append(cut(example, using: &random)) }
        return variants.filter { $0.body != example.body || $0.path != example.path || $0.query != example.query }.map {
            var variant = $0
            variant.weight = example.weight * weight
            return variant
        }
    }

    private static func isObject(_ body: [UInt8]) -> Bool {
        body.count > 2 && body.first == UInt8(ascii: "{") && body.last == UInt8(ascii: "}")
    }

    /// Runs of four digits and more are ids and sizes alike: only the path's and ids after letters change.
    private static func renumbered(_ example: Example, using random: inout SplitMix) -> Example {
        var variant = example
        for index in variant.path.indices.dropFirst() {
            let byte = variant.path[index]
            let before = variant.path[index - 1]
            // The first digit of a number stays, so that it keeps its size; a version keeps all.
            guard byte &- UInt8(ascii: "0") < 10, before &- UInt8(ascii: "0") < 10 else { continue }
            variant.path[index] = UInt8(ascii: "0") + UInt8(random.next() % 10)
        }
        return variant
    }

    /// `page_size` becomes `pageSize`, and the other way round.
    private static func recased(_ example: Example) -> Example {
        var variant = example
        variant.body.removeAll(keepingCapacity: true)
        var index = 0
        let body = example.body
        while index < body.count {
            guard body[index] == UInt8(ascii: "\""), let end = keyEnd(body, from: index + 1) else {
                variant.body.append(body[index])
                index += 1
                continue
            }
            variant.body.append(UInt8(ascii: "\""))
            variant.body += respelled(body[(index + 1)..<end])
            variant.body.append(UInt8(ascii: "\""))
            index = end + 1
        }
        return variant
    }

    /// The closing quote of a plain name that a colon follows.
    private static func keyEnd(_ body: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < body.count, index - start < 48, isNameByte(body[index]) { index += 1 }
        guard index > start, index + 1 < body.count, body[index] == UInt8(ascii: "\"") else { return nil }
        return body[index + 1] == UInt8(ascii: ":") ? index : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    private static func respelled(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        if name.contains(UInt8(ascii: "_")) {
            var raises = false
            for byte in name {
                if byte == UInt8(ascii: "_") {
                    raises = !out.isEmpty
                } else {
                    out.append(raises && byte &- UInt8(ascii: "a") < 26 ? byte - 0x20 : byte)
                    raises = false
                }
            }
            return out
        }
        for byte in name {
            if byte &- UInt8(ascii: "A") < 26 {
                if !out.isEmpty { out.append(UInt8(ascii: "_")) }
                out.append(byte + 0x20)
            } else {
                out.append(byte)
            }
        }
        return out
    }

    private static let envelopes = ["data", "params", "payload", "request", "body", "input"]

    private static func wrapped(_ example: Example, using random: inout SplitMix) -> Example {
        var variant = example
        let name = envelopes[Int(random.next() % UInt64(envelopes.count))]
        variant.body = Array("{\"\(name)\":".utf8) + example.body + Array("}".utf8)
        variant.bodyLength = variant.body.count
        return variant
    }

    private static func cut(_ example: Example, using random: inout SplitMix) -> Example {
        var variant = example
        let share = 30 + Int(random.next() % 50)
        variant.body = Array(example.body.prefix(example.body.count * share / 100))
        return variant
    }
}
