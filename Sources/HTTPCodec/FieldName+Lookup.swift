/// Finding the number of a field name: by length, then by its text without case. Nothing here
/// validates: the caller hands in a token (RFC 9110, 5.6.2).
import Vocabulary

extension FieldName {
    @inline(__always)
    init(_ name: Bytes) {
        self = name.count < 12 ? FieldName.short(name) : FieldName.long(name)
    }

    private static func short(_ name: Bytes) -> FieldName {
        switch name.count {
        case 2:
            if name.matches("te") { return .te }
        case 3:
            if name.matches("via") { return .via }
            if name.matches("age") { return .age }
        case 4:
            if name.matches("host") { return .host }
            if name.matches("date") { return .date }
            if name.matches("vary") { return .vary }
        case 5:
            if name.matches("range") { return .range }
            if name.matches("proxy") { return .proxy }
        case 6:
            if name.matches("expect") { return .expect }
            if name.matches("cookie") { return .cookie }
            if name.matches("origin") { return .origin }
            if name.matches("pragma") { return .pragma }
        case 7:
            if name.matches("trailer") { return .trailer }
            if name.matches("upgrade") { return .upgrade }
            if name.matches("referer") { return .referer }
            if name.matches("expires") { return .expires }
            if name.matches("warning") { return .warning }
        case 8:
            if name.matches("location") { return .location }
            if name.matches("if-match") { return .ifMatch }
            if name.matches("if-range") { return .ifRange }
        case 9:
            if name.matches("forwarded") { return .forwarded }
            if name.matches("x-real-ip") { return .xRealIP }
        case 10:
            if name.matches("connection") { return .connection }
            if name.matches("keep-alive") { return .keepAlive }
            if name.matches("set-cookie") { return .setCookie }
            if name.matches("user-agent") { return .userAgent }
            if name.matches("tracestate") { return .tracestate }
        case 11:
            if name.matches("traceparent") { return .traceparent }
            if name.matches("retry-after") { return .retryAfter }
        default: break
        }
        return .other
    }

    private static func long(_ name: Bytes) -> FieldName {
        switch name.count {
        case 12:
            if name.matches("content-type") { return .contentType }
            if name.matches("x-request-id") { return .xRequestID }
            if name.matches("max-forwards") { return .maxForwards }
        case 13:
            if name.matches("content-range") { return .contentRange }
            if name.matches("x-route-label") { return .xRouteLabel }
            if name.matches("authorization") { return .authorization }
            if name.matches("cache-control") { return .cacheControl }
            if name.matches("if-none-match") { return .ifNoneMatch }
        case 14:
            if name.matches("content-length") { return .contentLength }
            if name.matches("http2-settings") { return .http2Settings }
            if name.matches("x-route-source") { return .xRouteSource }
        case 15:
            if name.matches("x-forwarded-for") { return .xForwardedFor }
            if name.matches("x-route-explain") { return .xRouteExplain }
            if name.matches("x-frame-options") { return .xFrameOptions }
        case 16:
            if name.matches("proxy-connection") { return .proxyConnection }
            if name.matches("content-encoding") { return .contentEncoding }
            if name.matches("content-location") { return .contentLocation }
            if name.matches("x-forwarded-host") { return .xForwardedHost }
            if name.matches("x-forwarded-port") { return .xForwardedPort }
            if name.matches("www-authenticate") { return .wwwAuthenticate }
        case 17:
            if name.matches("transfer-encoding") { return .transferEncoding }
            if name.matches("x-forwarded-proto") { return .xForwardedProto }
            if name.matches("if-modified-since") { return .ifModifiedSince }
        case 18:
            if name.matches("proxy-authenticate") { return .proxyAuthenticate }
            if name.matches("x-forwarded-server") { return .xForwardedServer }
            if name.matches("x-forwarded-prefix") { return .xForwardedPrefix }
            if name.matches("x-route-confidence") { return .xRouteConfidence }
        case 19:
            if name.matches("proxy-authorization") { return .proxyAuthorization }
            if name.matches("if-unmodified-since") { return .ifUnmodifiedSince }
        case 22:
            if name.matches("x-content-type-options") { return .xContentTypeOptions }
        case 23:
            if name.matches("content-security-policy") { return .contentSecurityPolicy }
        case 25:
            if name.matches("proxy-authentication-info") { return .proxyAuthenticationInfo }
            if name.matches("strict-transport-security") { return .strictTransportSecurity }
        default: break
        }
        return .other
    }
}
