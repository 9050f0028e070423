/// A request head as its parser understood it: ranges into the head's bytes and decisions made once.
/// The fields themselves are in the `FieldTable` it was parsed into.
import Vocabulary

public struct RequestHead: Sendable {
    public var method = ByteRange.empty
    public var kind = Method.other
    /// Never empty, except in asterisk-form that arrived as `OPTIONS http://host` (`asteriskForm`).
    public var path = ByteRange.empty
    /// What follows `?`, without it.
    public var query = ByteRange.empty
    public var hasQuery = false
    /// `Host`, or the authority of an absolute-form target (RFC 9112, 3.2.2). Empty only for an
    /// HTTP/1.0 request that names none.
    public var authority = ByteRange.empty
    public var contentType = ByteRange.empty
    public var minorVersion: UInt8 = 1
    public var framing = BodyFraming.none
    /// Whether the client would reuse the connection.
    public var keepAlive = true
    /// The client waits for 100 (Continue) before it sends the body.
    public var expectsContinue = false
    public var acceptsTrailers = false
    /// Read for OPTIONS only (RFC 9110, 7.6.2); a value beyond 32 bits is as good as the largest.
    public var maxForwards: UInt32?
    /// Bytes of the head, empty lines before and after included.
    public var length = 0
    public var asteriskForm = false
    /// The target came in absolute-form.
    public var absoluteForm = false

    public init() {}
}

public enum RequestParse: Sendable {
    case head(RequestHead)
    case refused(Refusal)
}
