/// One field line: `name ":" OWS value OWS CRLF` (RFC 9112, 5). The only place that reads one, for
/// heads and trailers, requests and responses alike; there is no lenient mode.
import Vocabulary

struct FieldLine {
    var name: ByteRange
    var value: ByteRange
    /// The name holds a token byte that is no letter, digit or hyphen.
    var hasOddName: Bool
    /// Where the next line starts.
    var end: Int
}

enum FieldLineParse {
    case line(FieldLine)
    /// The section's empty line is next.
    case empty(end: Int)
    case refused(RefusalReason)
}

extension FieldLine {
    @inline(__always)
    static func parse(_ bytes: Bytes, at start: Int) -> FieldLineParse {
        var offset = start
        var hasOddName = false
        while offset < bytes.count {
            let byte = bytes[offset]
            if ByteSet.plainName.contains(byte) {
                offset &+= 1
            } else if ByteSet.token.contains(byte) {
                hasOddName = true
                offset &+= 1
            } else {
                break
            }
        }
        guard offset > start, offset < bytes.count, bytes[offset] == ASCII.colon else {
            return withoutName(bytes, start, offset)
        }
        let name = ByteRange(start, offset)
        offset &+= 1
        while offset < bytes.count, bytes[offset].isBlank { offset &+= 1 }
        let valueStart = offset
        offset = bytes.firstControl(from: offset)
        while offset < bytes.count, bytes[offset] == ASCII.tab {
            offset = bytes.firstControl(from: offset &+ 1)
        }
        guard offset &+ 1 < bytes.count, bytes[offset] == ASCII.carriageReturn,
            bytes[offset &+ 1] == ASCII.lineFeed
        else { return .refused(badLineEnd(bytes, offset)) }
        var valueEnd = offset
        while valueEnd > valueStart, bytes[valueEnd &- 1].isBlank { valueEnd &-= 1 }
        return .line(
            FieldLine(
                name: name, value: ByteRange(valueStart, valueEnd), hasOddName: hasOddName,
                end: offset &+ 2))
    }

    /// No `token ":"` at `start`; the byte at `offset` is the first that does not fit.
    private static func withoutName(_ bytes: Bytes, _ start: Int, _ offset: Int) -> FieldLineParse {
        guard offset < bytes.count else { return .refused(.badHeaderName) }
        let byte = bytes[offset]
        if offset > start { return .refused(byte.isBlank ? .spaceBeforeColon : .badHeaderName) }
        // RFC 9112, 5.2: a folded line, or one that only looks so after the first line (2.2).
        if byte.isBlank { return .refused(.lineFolding) }
        guard byte == ASCII.carriageReturn else { return .refused(.badHeaderName) }
        guard start &+ 1 < bytes.count, bytes[start &+ 1] == ASCII.lineFeed else {
            return .refused(.bareCarriageReturn)
        }
        return .empty(end: start &+ 2)
    }

    private static func badLineEnd(_ bytes: Bytes, _ offset: Int) -> RefusalReason {
        guard offset < bytes.count else { return .badHeaderValue }
        switch bytes[offset] {
        case ASCII.carriageReturn: return .bareCarriageReturn
        case ASCII.lineFeed: return .bareLineFeed
        default: return .badHeaderValue
        }
    }
}
