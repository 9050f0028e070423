/// A request as the classifier sees it: views into the connection's buffers, nothing copied. Valid
/// only for the call it is passed to; nobody may keep it or anything it points to.

/// Bytes owned by somebody else, valid for the duration of one call.
public typealias Bytes = UnsafeRawBufferPointer

/// One header field as offsets into the head's bytes. `package` for the codec that writes it and
/// the rules that read it.
public struct HeaderField: Sendable {
    public var nameOffset: UInt32
    public var nameLength: UInt32
    public var valueOffset: UInt32
    public var valueLength: UInt32

    @inlinable
    public init(nameOffset: UInt32, nameLength: UInt32, valueOffset: UInt32, valueLength: UInt32) {
        self.nameOffset = nameOffset
        self.nameLength = nameLength
        self.valueOffset = valueOffset
        self.valueLength = valueLength
    }
}

public struct RequestView {
    public var method: Bytes
    /// The request target's path, without the query: `/v1/items/7`, or `*`.
    public var path: Bytes
    /// What follows `?`, without it; empty if there is none.
    public var query: Bytes
    /// The authority the request is for (`Host`, or the absolute-form target's).
    public var host: Bytes
    /// The `Content-Type` value, parameters included; empty if there is none.
    public var contentType: Bytes
    /// The bytes `fields` point into.
    public var head: Bytes
    public var fields: UnsafeBufferPointer<HeaderField>
    /// At most `inspect.body` bytes of the body, already de-chunked.
    public var body: Bytes
    /// The whole body's length if it is known (`Content-Length`, or the end has been seen).
    public var bodyLength: UInt64?

    @inlinable
    public init(
        method: Bytes, path: Bytes, query: Bytes, host: Bytes, contentType: Bytes, head: Bytes,
        fields: UnsafeBufferPointer<HeaderField>, body: Bytes, bodyLength: UInt64?
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.host = host
        self.contentType = contentType
        self.head = head
        self.fields = fields
        self.body = body
        self.bodyLength = bodyLength
    }
}
