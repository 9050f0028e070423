/// Every bound of the proxy, with its default and its reason. A peer can make nothing grow that is
/// not named here.

/// `limits:` in the configuration.
public struct Limits: Hashable, Sendable {
    /// Bytes of a request or response head, first line and empty line included. As nginx's
    /// `large_client_header_buffers` in total.
    public var head = 32 * 1024
    /// Header fields in one head or trailer section.
    public var headers = 128
    /// Bytes of a request target (RFC 9112, 3: at least 8000 is recommended).
    public var uri = 8 * 1024
    /// Bytes of a request body; `nil` is unlimited.
    public var body: UInt64?
    /// Open downstream connections of one worker. At the limit the worker stops accepting.
    public var connections = 10_000
    /// Requests on one downstream connection before it is closed; `nil` is unlimited.
    public var requestsPerConnection: Int?
    /// Least bytes a second of a request body that is not held back by us (slow-body attacks).
    public var bodyRate = 240

    public init() {}

    /// Labels in one configuration; a `Label` is a byte and metrics are arrays over it.
    public static let labels = 64
    /// Interim (1xx) responses before one final response.
    public static let interimResponses = 16
    /// Bytes of one chunk-size line, extensions included (RFC 9112, 7.1.1 asks for a bound).
    public static let chunkLine = 1024
    /// Bytes of all chunk extensions in one message.
    public static let chunkExtensions = 16 * 1024
}

/// `timeouts:` in the configuration.
public struct Timeouts: Hashable, Sendable {
    /// From the first byte of a request to the end of its head.
    public var requestHead = Interval.seconds(10)
    /// Longest silence inside a request body.
    public var requestIdle = Interval.seconds(30)
    /// Longest idle time of a downstream connection between requests.
    public var keepAlive = Interval.seconds(60)
    /// Opening an upstream connection.
    public var connect = Interval.seconds(2)
    /// Longest silence of an upstream that owes a response.
    public var response = Interval.seconds(60)
    /// Longest time a peer takes nothing of what we have to send.
    public var write = Interval.seconds(30)
    /// From SIGTERM to the forced end of what still runs.
    public var drain = Interval.seconds(30)

    public init() {}
}
