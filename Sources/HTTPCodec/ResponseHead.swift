/// A response head as its parser understood it: ranges into the head's bytes and decisions made once.
/// The fields themselves are in the `FieldTable` it was parsed into.
import Vocabulary

package struct ResponseHead: Sendable {
    package var status: UInt16 = 0
    package var reason = ByteRange.empty
    package var minorVersion: UInt8 = 1
    package var framing = BodyFraming.none
    /// Whether the upstream connection can carry another exchange after this body.
    package var keepAlive = true
    package var isInterim = false
    package var contentType = ByteRange.empty
    /// `Content-Length` of an answer to HEAD and of 304, where it frames nothing (RFC 9110, 8.6).
    package var describedLength: UInt64?
    package var length = 0
}

package enum ResponseParse: Sendable {
    case head(ResponseHead)
    case refused(Refusal)
}
