/// A response head, as strictly as a request's (RFC 9112, 4 to 6): an upstream is trusted no more than
/// a client. It decides how the body ends and whether the connection survives it; it never repairs.
import Vocabulary

public enum ResponseParser {
    public static func parse(
        _ bytes: Bytes, to requestMethod: Method, into table: FieldTable, limits: Limits
    ) -> ResponseParse {
        var head = ResponseHead()
        head.length = bytes.count
        table.reset()
        if let reason = read(bytes, requestMethod, &head, table, limits) {
            return .refused(Refusal(reason, .response))
        }
        return .head(head)
    }

    private static func read(
        _ bytes: Bytes, _ method: Method, _ head: inout ResponseHead, _ table: FieldTable,
        _ limits: Limits
    ) -> RefusalReason? {
        if bytes.count > limits.head { return .headTooLarge }
        var offset = 0
        if let reason = readLine(bytes, &offset, &head) { return reason }
        if let reason = table.parse(bytes, from: offset, limits: limits, side: .response) {
            return reason
        }
        guard let options = table.connectionOptions(bytes) else { return .badConnection }
        head.keepAlive = !options.close && (head.minorVersion == 1 || options.keepAlive)
        if let index = table.firstIndex(of: .contentType) { head.contentType = table.value(at: index) }
        return readFraming(bytes, method, &head, table)
    }

    /// `HTTP-version SP status-code [ SP [ reason-phrase ] ] CRLF`.
    private static func readLine(
        _ bytes: Bytes, _ offset: inout Int, _ head: inout ResponseHead
    ) -> RefusalReason? {
        guard let version = HTTPVersion.parse(bytes, at: 0) else { return .badStatusLine }
        guard version.major == 1, version.minor <= 1 else { return .unsupportedVersion }
        head.minorVersion = version.minor
        // SP, three digits, and at least the CRLF.
        guard bytes.count >= HTTPVersion.length &+ 6, bytes[8] == ASCII.space, bytes[9].isDigit,
            bytes[10].isDigit, bytes[11].isDigit
        else { return .badStatusLine }
        let hundreds = UInt16(bytes[9] &- 0x30) &* 100
        head.status = hundreds &+ UInt16(bytes[10] &- 0x30) &* 10 &+ UInt16(bytes[11] &- 0x30)
        offset = 12
        if bytes[offset] == ASCII.space {
            offset &+= 1
            let start = offset
            offset = bytes.firstControl(from: offset)
            while offset < bytes.count, bytes[offset] == ASCII.tab {
                offset = bytes.firstControl(from: offset &+ 1)
            }
            head.reason = ByteRange(start, offset)
        }
        guard offset &+ 1 < bytes.count, bytes[offset] == ASCII.carriageReturn,
            bytes[offset &+ 1] == ASCII.lineFeed
        else { return .badStatusLine }
        offset &+= 2
        guard head.status >= 100, head.status <= 599 else { return .badStatus }
        // Upgrade is never passed on, so that nobody can have asked for this (RFC 9110, 15.2.2).
        if head.status == 101 { return .unexpectedUpgrade }
        head.isInterim = head.status < 200
        return nil
    }

    /// RFC 9112, 6.3, with everything ambiguous refused.
    private static func readFraming(
        _ bytes: Bytes, _ method: Method, _ head: inout ResponseHead, _ table: FieldTable
    ) -> RefusalReason? {
        let said: BodyFraming
        switch BodyFraming.of(table, bytes, minorVersion: head.minorVersion) {
        case .refused(let reason): return reason
        case .framing(let framing): said = framing
        }
        if head.isInterim || head.status == 204 {
            return said == .none || said == .length(0) ? nil : .bodyNotAllowed
        }
        if head.status == 304 || method == .head {
            if case .length(let length) = said { head.describedLength = length }
            return nil
        }
        head.framing = said == .none ? .untilClose : said
        if head.framing == .untilClose { head.keepAlive = false }
        return nil
    }
}
