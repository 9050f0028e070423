import Testing
import Vocabulary

@testable import Classifier

private let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

private func hash(_ message: [UInt8], cutAt cuts: [Int] = []) -> [UInt8] {
    var hash = SipHash(key: key)
    message.withUnsafeBytes { bytes in
        var start = 0
        for end in cuts + [message.count] {
            hash.append(Bytes(rebasing: bytes[start..<end]))
            start = end
        }
    }
    let key = hash.finish()
    return [key.low, key.high].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
}

private func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8).compactMap(hexDigit)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The authors' vectors: key 00…0f, messages 00, 00 01, 00 01 02, …
@Test(arguments: [
    (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
    (2, "8177228da4a45dc7fca38bdef60affe4"), (3, "9c70b60c5267a94e5f33b6b02985ed51"),
    (4, "f88164c12d9c8faf7d0f6e7c7bcd5579"), (5, "1368875980776f8854527a07690e9627"),
    (6, "14eeca338b208613485ea0308fd7a15e"), (7, "a1f1ebbed8dbc153c0b84aa61ff08239"),
    (8, "3b62a9ba6258f5610f83e264f31497b4"), (9, "264499060ad9baabc47f8b02bb6d71ed"),
])
func hashesThePublishedVectors(count: Int, expected: String) {
    #expect(hash((0..<count).map { UInt8($0) }) == hex(expected))
}

@Test func piecesHashAsTheWhole() {
    let message = (0..<40).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let whole = hash(message)
    for first in 0...40 {
        for second in first...40 { #expect(hash(message, cutAt: [first, second]) == whole) }
    }
}

@Test func partsCannotRunTogether() {
    func parts(_ texts: [String]) -> CacheKey {
        var hash = SipHash(key: key)
        for text in texts { Array(text.utf8).withUnsafeBytes { hash.append(part: $0) } }
        return hash.finish()
    }
    #expect(parts(["ab", "c"]) != parts(["a", "bc"]))
    #expect(parts(["", "abc"]) != parts(["abc", ""]))
    #expect(parts(["ab", "c"]) == parts(["ab", "c"]))
}
