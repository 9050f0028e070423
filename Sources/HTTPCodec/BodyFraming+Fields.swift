/// Deciding how a body ends from `Content-Length` and `Transfer-Encoding` (RFC 9112, 6). What two
/// parsers could read in two ways is refused, in requests and responses alike.
import Vocabulary

enum FramingParse {
    case framing(BodyFraming)
    case refused(RefusalReason)
}

extension BodyFraming {
    /// What the fields say; `none` if neither is there.
    static func of(_ table: FieldTable, _ bytes: Bytes, minorVersion: UInt8) -> FramingParse {
        switch table.single(.transferEncoding) {
        case .absent: break
        case .several: return .refused(.badTransferEncoding)
        case .one(let range):
            if minorVersion == 0 { return .refused(.transferEncodingInOldVersion) }
            if table.contains(.contentLength) { return .refused(.lengthAndTransferEncoding) }
            let value = range.of(bytes)
            if value.matches("chunked") { return .framing(.chunked) }
            return .refused(
                isKnownCodings(value) ? .unsupportedTransferCoding : .badTransferEncoding)
        }
        switch table.single(.contentLength) {
        case .absent: return .framing(.none)
        case .several: return .refused(.duplicateContentLength)
        case .one(let range):
            let value = range.of(bytes)
            if let length = value.decimal { return .framing(.length(length)) }
            return .refused(isList(value) ? .duplicateContentLength : .badContentLength)
        }
    }

    /// Registered codings that end in `chunked`: understood, and not supported (RFC 9112, 6.1).
    private static func isKnownCodings(_ value: Bytes) -> Bool {
        var list = ListMembers(value)
        var members = 0
        var endsInChunked = false
        while let member = list.next() {
            members &+= 1
            if endsInChunked { return false }
            endsInChunked = member.matches("chunked")
            guard endsInChunked || isRegisteredCoding(member) else { return false }
        }
        return endsInChunked && members > 1
    }

    private static func isRegisteredCoding(_ coding: Bytes) -> Bool {
        coding.matches("gzip") || coding.matches("deflate") || coding.matches("compress")
            || coding.matches("x-gzip") || coding.matches("x-compress")
    }

    private static func isList(_ value: Bytes) -> Bool {
        var offset = 0
        while offset < value.count {
            if value[offset] == ASCII.comma { return true }
            offset &+= 1
        }
        return false
    }
}

extension UnsafeRawBufferPointer {
    /// The value of `1*DIGIT` if it fits 63 bits.
    var decimal: UInt64? {
        guard count > 0 else { return nil }
        let largest = UInt64(Int64.max)
        var value: UInt64 = 0
        var offset = 0
        while offset < count {
            let byte = self[offset]
            guard byte.isDigit else { return nil }
            let digit = UInt64(byte &- 0x30)
            guard value <= (largest &- digit) / 10 else { return nil }
            value = value &* 10 &+ digit
            offset &+= 1
        }
        return value
    }
}
