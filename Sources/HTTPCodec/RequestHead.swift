/// A request head as its parser understood it: ranges into the head's bytes and decisions made once.
/// The fields themselves are in the `FieldTable` it was parsed into.
import Vocabulary

package struct RequestHead: Sendable {
    package var method = ByteRange.empty
    package var kind = Method.other
    /// Never empty, except in asterisk-form that arrived as `OPTIONS http://host` (`asteriskForm`).
    package var path = ByteRange.empty
    /// What follows `?`, without it.
    package var query = ByteRange.empty
    package var hasQuery = false
    /// `Host`, or the authority of an absolute-form target (RFC 9112, 3.2.2). Empty only for an
    /// HTTP/1.0 request that names none.
    package var authority = ByteRange.empty
    package var contentType = ByteRange.empty
    package var minorVersion: UInt8 = 1
    package var framing = BodyFraming.none
    /// Whether the client would reuse the connection.
    package var keepAlive = true
    /// The client waits for 100 (Continue) before it sends the body.
    package var expectsContinue = false
    package var acceptsTrailers = false
    /// Read for OPTIONS only (RFC 9110, 7.6.2); a value beyond 32 bits is as good as the largest.
    package var maxForwards: UInt32?
    /// Bytes of the head, empty lines before and after included.
    package var length = 0
    package var asteriskForm = false
    /// The target came in absolute-form.
    package var absoluteForm = false

    package init() {}
}

package enum RequestParse: Sendable {
    case head(RequestHead)
    case refused(Refusal)
}
