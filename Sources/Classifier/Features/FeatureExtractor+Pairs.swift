/// `key=value&…`: queries and forms, percent-decoded (WHATWG URL, 5.1).

import Vocabulary

extension FeatureExtractor {
    /// Most pairs that are looked at.
    private static let pairLimit = 512

    func readPairs(_ bytes: Bytes, isBody: Bool) {
        var start = 0
        var count = 0
        var previous: UInt64 = 0
        var repeats = 1
        for index in 0...bytes.count {
            guard index == bytes.count || bytes[index] == UInt8(ascii: "&") else { continue }
            let pair = Bytes(rebasing: bytes[start..<index])
            start = index + 1
            guard !pair.isEmpty, count < Self.pairLimit else { continue }
            count += 1
            let key = readPair(pair, isQuiet: repeats > 8)
            repeats = key.hash == previous ? repeats + 1 : 1
            if repeats > 1 { list(repeats, key) }
            previous = key.hash
        }
        set.add(.queryCount, Magnitude.of(count: count), isBody ? 1 : 0)
    }

    private func readPair(_ pair: Bytes, isQuiet: Bool) -> FeatureKey {
        var equals = 0
        while equals < pair.count, pair[equals] != UInt8(ascii: "=") { equals += 1 }
        let name = decodedPercents(Bytes(rebasing: pair[..<equals]))
        let key = key(name, isQuiet: isQuiet)
        guard equals < pair.count else {
            set.add(.keyKind, key.hash, 99)
            return key
        }
        let value = decodedPercents(Bytes(rebasing: pair[(equals + 1)...]))
        if let truth = truth(value) { flag(truth, key) } else { string(value, key, isQuiet: isQuiet) }
        return key
    }

    private func truth(_ text: Bytes) -> UInt8? {
        if text.count == 4, text.elementsEqual("true".utf8) { return 1 }
        if text.count == 5, text.elementsEqual("false".utf8) { return 0 }
        return nil
    }

    /// With `%41` and `+` undone, in `space`; the same bytes if there is nothing to undo.
    func decodedPercents(_ bytes: Bytes) -> Bytes {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return bytes }
        guard bytes.count <= space.count - spaceUsed else { return bytes }
        let start = spaceUsed
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]),
                let low = hexDigit(bytes[index + 2])
            {
                byte = high << 4 | low
                index += 2
            }
            space[spaceUsed] = byte
            spaceUsed += 1
            index += 1
        }
        return Bytes(rebasing: space[start..<spaceUsed])
    }
}
