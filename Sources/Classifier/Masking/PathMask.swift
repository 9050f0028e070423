/// A path without the identifiers in it. What is left of one are the kinds of its characters, which is all
/// that the features look at: a model learns the same from `/users/00/orders` as from `/users/42/orders`.

import Vocabulary

public enum PathMask {
    /// Masks as many segments as fit and returns the number of bytes written. Never longer than `path`,
    /// but for the names that `TextMask` puts in.
    public static func mask(_ path: Bytes, into output: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        each(segmentOf: path) { segment, separator in
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
            if isIdentifier(segment), segment.count <= room.count {
                for (index, byte) in segment.enumerated() { room[index] = masked(byte) }
                written += segment.count
            } else {
                written += TextMask.mask(segment, into: room)
            }
            guard let separator, written < output.count else { return }
            output[written] = separator
            written += 1
        }
        return written
    }

    /// The path with `{}` in every identifier's place: requests of one route have one.
    public static func route(_ path: [UInt8]) -> [UInt8] {
        var route: [UInt8] = []
        path.withUnsafeBytes { bytes in
            each(segmentOf: bytes) { segment, separator in
                route += isIdentifier(segment) || IdentifierKind.of(segment) == .date ? [UInt8(ascii: "{"), UInt8(ascii: "}")] : Array(segment)
                if let separator { route.append(separator) }
            }
        }
        return route
    }

    private static func each(segmentOf path: Bytes, _ use: (Bytes, UInt8?) -> Void) {
        var start = 0
        for index in 0...path.count {
            let isEnd = index == path.count
            guard isEnd || path[index] == UInt8(ascii: "/") || path[index] == UInt8(ascii: ":") else { continue }
            use(Bytes(rebasing: path[start..<index]), isEnd ? nil : path[index])
            start = index + 1
        }
    }

    /// Dates are not: they tell how much is asked for and name nobody. An address may hide its `@`.
    private static func isIdentifier(_ segment: Bytes) -> Bool {
        switch IdentifierKind.of(segment) {
        case .none:
            for index in segment.indices.dropLast(2) where segment[index] == UInt8(ascii: "%") {
                if segment[index + 1] == UInt8(ascii: "4"), segment[index + 2] == UInt8(ascii: "0") { return true }
            }
            return false
        case .date: return false
        case .number, .uuid, .hex, .mixed, .address: return true
        }
    }

    private static func masked(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt8(ascii: "a")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt8(ascii: "A")
        case UInt8(ascii: "g")...UInt8(ascii: "z"): UInt8(ascii: "x")
        case UInt8(ascii: "G")...UInt8(ascii: "Z"): UInt8(ascii: "X")
        case 0x80...: UInt8(ascii: "x")
        default: byte
        }
    }
}
