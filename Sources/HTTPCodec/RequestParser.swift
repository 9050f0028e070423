/// A request head, strictly (RFC 9112, 2 to 6). Given exactly the bytes `HeadScanner` found, it fills
/// the table and decides everything there is to decide about the message; it never repairs.
import Vocabulary

public enum RequestParser {
    /// Longest method; the longest registered one has 17 bytes.
    static let methodLength = 32

    public static func parse(
        _ bytes: Bytes, into table: FieldTable, limits: Limits
    ) -> RequestParse {
        var head = RequestHead()
        head.length = bytes.count
        table.reset()
        if let reason = read(bytes, &head, table, limits) {
            return .refused(Refusal(reason, .request))
        }
        return .head(head)
    }

    private static func read(
        _ bytes: Bytes, _ head: inout RequestHead, _ table: FieldTable, _ limits: Limits
    ) -> RefusalReason? {
        if bytes.count > limits.head { return .headTooLarge }
        var offset = 0
        while offset &+ 1 < bytes.count, bytes[offset] == ASCII.carriageReturn,
            bytes[offset &+ 1] == ASCII.lineFeed
        {
            offset &+= 2
            guard offset <= 2 &* HeadScanner.leadingEmptyLines else { return .emptyLines }
        }
        if let reason = readLine(bytes, &offset, &head, limits) { return reason }
        if let reason = table.parse(bytes, from: offset, limits: limits, side: .request) {
            return reason
        }
        if let reason = readHost(bytes, &head, table) { return reason }
        if let reason = readFraming(bytes, &head, table, limits) { return reason }
        return readRest(bytes, &head, table)
    }

    /// `method SP request-target SP HTTP-version CRLF` (RFC 9112, 3), one space each.
    private static func readLine(
        _ bytes: Bytes, _ offset: inout Int, _ head: inout RequestHead, _ limits: Limits
    ) -> RefusalReason? {
        let start = offset
        while offset < bytes.count, ByteSet.token.contains(bytes[offset]) { offset &+= 1 }
        guard offset > start, offset &- start <= methodLength else { return .badMethod }
        guard offset < bytes.count, bytes[offset] == ASCII.space else { return .badRequestLine }
        head.method = ByteRange(start, offset)
        head.kind = Method(bytes.slice(start, offset))
        if head.kind == .connect || head.kind == .trace { return .methodNotAllowed }
        offset &+= 1
        let targetStart = offset
        while offset < bytes.count, bytes[offset] > ASCII.space { offset &+= 1 }
        guard offset > targetStart, offset < bytes.count, bytes[offset] == ASCII.space else {
            return .badRequestLine
        }
        if offset &- targetStart > limits.uri { return .uriTooLong }
        let targetEnd = offset
        offset &+= 1
        if let reason = readVersion(bytes, &offset, &head) { return reason }
        switch RequestTarget.parse(bytes, targetStart, targetEnd, method: head.kind) {
        case .refused(let reason): return reason
        case .target(let target):
            head.authority = target.authority
            head.path = target.path
            head.query = target.query
            head.hasQuery = target.hasQuery
            head.asteriskForm = target.isAsterisk
            head.absoluteForm = target.isAbsolute
            return nil
        }
    }

    /// `HTTP/1.0` or `HTTP/1.1`, in capitals (RFC 9112, 2.3), and the end of the line.
    private static func readVersion(
        _ bytes: Bytes, _ offset: inout Int, _ head: inout RequestHead
    ) -> RefusalReason? {
        guard let version = HTTPVersion.parse(bytes, at: offset) else { return .badVersion }
        let end = offset &+ HTTPVersion.length
        guard end &+ 1 < bytes.count, bytes[end] == ASCII.carriageReturn,
            bytes[end &+ 1] == ASCII.lineFeed
        else { return .badRequestLine }
        guard version.major == 1, version.minor <= 1 else { return .unsupportedVersion }
        head.minorVersion = version.minor
        offset = end &+ 2
        return nil
    }

    /// RFC 9112, 3.2: exactly one in HTTP/1.1. An absolute-form target outranks it (3.2.2), yet does
    /// not make a bad one good.
    private static func readHost(
        _ bytes: Bytes, _ head: inout RequestHead, _ table: FieldTable
    ) -> RefusalReason? {
        switch table.single(.host) {
        case .several: return .duplicateHost
        case .absent: return head.minorVersion == 1 ? .missingHost : nil
        case .one(let range):
            guard Authority.isValid(range.of(bytes)) else { return .badHost }
            if !head.absoluteForm { head.authority = range }
            return nil
        }
    }

    private static func readFraming(
        _ bytes: Bytes, _ head: inout RequestHead, _ table: FieldTable, _ limits: Limits
    ) -> RefusalReason? {
        switch BodyFraming.of(table, bytes, minorVersion: head.minorVersion) {
        case .refused(let reason): return reason
        case .framing(let framing): head.framing = framing
        }
        if case .length(let length) = head.framing, let limit = limits.body, length > limit {
            return .bodyTooLarge
        }
        return nil
    }
}

struct HTTPVersion {
    var major: UInt8
    var minor: UInt8

    /// Bytes of `HTTP/1.1`.
    static let length = 8

    static func parse(_ bytes: Bytes, at offset: Int) -> HTTPVersion? {
        guard offset &+ length <= bytes.count, bytes.slice(offset, offset &+ 5).equals("HTTP/"),
            bytes[offset &+ 5].isDigit, bytes[offset &+ 6] == ASCII.dot, bytes[offset &+ 7].isDigit
        else { return nil }
        return HTTPVersion(major: bytes[offset &+ 5] &- 0x30, minor: bytes[offset &+ 7] &- 0x30)
    }
}
