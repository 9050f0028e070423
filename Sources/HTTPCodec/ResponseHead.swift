/// A response head as its parser understood it: ranges into the head's bytes and decisions made once.
/// The fields themselves are in the `FieldTable` it was parsed into.
import Vocabulary

public struct ResponseHead: Sendable {
    public var status: UInt16 = 0
    public var reason = ByteRange.empty
    public var minorVersion: UInt8 = 1
    public var framing = BodyFraming.none
    /// Whether the upstream connection can carry another exchange after this body.
    public var keepAlive = true
    public var isInterim = false
    public var contentType = ByteRange.empty
    /// `Content-Length` of an answer to HEAD and of 304, where it frames nothing (RFC 9110, 8.6).
    public var describedLength: UInt64?
    public var length = 0
}

public enum ResponseParse: Sendable {
    case head(ResponseHead)
    case refused(Refusal)
}
