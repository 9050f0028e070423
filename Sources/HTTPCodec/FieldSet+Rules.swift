/// What the protocol says of fields as sets: which end at the next hop, which may not be named away,
/// which no trailer may carry. Pure data; the serialiser and the parsers apply it.

extension FieldSet {
    /// Fields that frame a message or say whom it is for. No gateway's odd spelling of these passes.
    static let framing = FieldSet(.contentLength, .transferEncoding, .host, .connection)

    /// Never forwarded: they end at this hop (RFC 9110, 7.6.1), or we write our own. Credentials for a
    /// proxy end at the first one (11.7.2). `Proxy` becomes `HTTP_PROXY` in a CGI (CVE-2016-5385).
    static let hop = FieldSet(
        .connection, .keepAlive, .proxyConnection, .te, .upgrade, .http2Settings, .expect,
        .transferEncoding, .contentLength, .host, .proxyAuthorization, .proxyAuthenticate,
        .proxyAuthenticationInfo, .proxy)

    /// May occur once in a request: what is routed or trusted by one may be read as another.
    static let requestSingletons = FieldSet(.contentType, .authorization)
}

extension FieldName {
    /// `Connection` cannot make us drop a field that frames, routes, authenticates or protects: known
    /// names are dropped because they are hop-by-hop, not because a peer says so. Only names unknown
    /// here can be named away (abuse of hop-by-hop: CVE-2022-31813 and kin).
    var canBeNamedAway: Bool { self == .other }
}
