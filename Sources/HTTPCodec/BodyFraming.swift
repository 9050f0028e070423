/// How a message body ends (RFC 9112, 6.3), and which of the two peers a message comes from. Decided
/// once by a head parser; nobody downstream of it reads `Content-Length` or `Transfer-Encoding`.

public enum BodyFraming: Equatable, Sendable {
    case none
    case length(UInt64)
    case chunked
    /// Responses only: the end of the connection is the end of the body.
    case untilClose
}

public enum MessageSide: UInt8, Sendable {
    case request, response
}
