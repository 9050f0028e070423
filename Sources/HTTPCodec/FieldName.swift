/// The field names the proxy knows, by number: what the parsers tag a field with, so that nobody
/// compares names again. A name that is not here is `other`, and is passed on.
import Vocabulary

/// At most 64, so that a `FieldSet` is one word.
public enum FieldName: UInt8, CaseIterable, Sendable {
    case other
    case host, contentLength, transferEncoding, connection, keepAlive, te, trailer, upgrade
    case proxyConnection, proxyAuthenticate, proxyAuthorization, proxyAuthenticationInfo
    case http2Settings, expect, contentType, contentEncoding, contentRange, contentLocation, date
    case via, forwarded, xForwardedFor, xForwardedProto, xForwardedHost, xForwardedPort
    case xForwardedServer, xForwardedPrefix, xRealIP, xRequestID, xRouteLabel, xRouteConfidence
    case xRouteSource, xRouteExplain, maxForwards, authorization, cookie, setCookie, cacheControl, origin
    case referer, userAgent, traceparent, tracestate, location, strictTransportSecurity
    case contentSecurityPolicy, xFrameOptions, xContentTypeOptions, wwwAuthenticate, retryAfter
    case age, expires, pragma, range, ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince
    case ifRange, vary, warning, proxy

    /// The canonical name in lower case.
    public var text: StaticString {
        switch self {
        case .other: ""
        case .host: "host"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .connection: "connection"
        case .keepAlive: "keep-alive"
        case .te: "te"
        case .trailer: "trailer"
        case .upgrade: "upgrade"
        case .proxyConnection: "proxy-connection"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyAuthenticationInfo: "proxy-authentication-info"
        case .http2Settings: "http2-settings"
        case .expect: "expect"
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .contentRange: "content-range"
        case .contentLocation: "content-location"
        case .date: "date"
        case .via: "via"
        case .forwarded: "forwarded"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedProto: "x-forwarded-proto"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedPort: "x-forwarded-port"
        case .xForwardedServer: "x-forwarded-server"
        case .xForwardedPrefix: "x-forwarded-prefix"
        case .xRealIP: "x-real-ip"
        case .xRequestID: "x-request-id"
        case .xRouteLabel: "x-route-label"
        case .xRouteConfidence: "x-route-confidence"
        case .xRouteSource: "x-route-source"
        case .xRouteExplain: "x-route-explain"
        case .maxForwards: "max-forwards"
        case .authorization: "authorization"
        case .cookie: "cookie"
        case .setCookie: "set-cookie"
        case .cacheControl: "cache-control"
        case .origin: "origin"
        case .referer: "referer"
        case .userAgent: "user-agent"
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        case .location: "location"
        case .strictTransportSecurity: "strict-transport-security"
        case .contentSecurityPolicy: "content-security-policy"
        case .xFrameOptions: "x-frame-options"
        case .xContentTypeOptions: "x-content-type-options"
        case .wwwAuthenticate: "www-authenticate"
        case .retryAfter: "retry-after"
        case .age: "age"
        case .expires: "expires"
        case .pragma: "pragma"
        case .range: "range"
        case .ifMatch: "if-match"
        case .ifNoneMatch: "if-none-match"
        case .ifModifiedSince: "if-modified-since"
        case .ifUnmodifiedSince: "if-unmodified-since"
        case .ifRange: "if-range"
        case .vary: "vary"
        case .warning: "warning"
        case .proxy: "proxy"
        }
    }
}
