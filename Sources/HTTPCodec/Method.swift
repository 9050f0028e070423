/// The request methods the proxy tells apart. Any other token is `other` and goes through unread;
/// methods are case-sensitive (RFC 9110, 9.1).
import Vocabulary

public enum Method: UInt8, CaseIterable, Sendable {
    case get, head, post, put, delete, patch, options, trace, connect, other

    /// RFC 9110, 9.2.1.
    @inlinable public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .patch, .connect, .other: false
        }
    }

    /// RFC 9110, 9.2.2.
    @inlinable public var isIdempotent: Bool {
        switch self {
        case .get, .head, .options, .trace, .put, .delete: true
        case .post, .patch, .connect, .other: false
        }
    }

    init(_ token: Bytes) {
        switch token.count {
        case 3 where token.equals("GET"): self = .get
        case 3 where token.equals("PUT"): self = .put
        case 4 where token.equals("POST"): self = .post
        case 4 where token.equals("HEAD"): self = .head
        case 5 where token.equals("PATCH"): self = .patch
        case 5 where token.equals("TRACE"): self = .trace
        case 6 where token.equals("DELETE"): self = .delete
        case 7 where token.equals("OPTIONS"): self = .options
        case 7 where token.equals("CONNECT"): self = .connect
        default: self = .other
        }
    }
}
