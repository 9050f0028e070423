import Vocabulary

/// What one line of the access log says of one exchange: views and numbers, nothing copied. Valid
/// only for the call it is passed to. The views may hold any bytes; empty is "not known".
public struct AccessLogRecord {
    /// Time of day at the end of the exchange, in nanoseconds since the epoch.
    public var time: Int64 = 0
    public var client = Bytes(start: nil, count: 0)
    public var requestID = Bytes(start: nil, count: 0)
    public var method = Bytes(start: nil, count: 0)
    public var host = Bytes(start: nil, count: 0)
    /// As the client sent it, query included.
    public var target = Bytes(start: nil, count: 0)
    public var version = Bytes(start: nil, count: 0)
    /// 0 if no response head was sent.
    public var status = 0
    /// Body bytes.
    public var requestBytes: UInt64 = 0
    public var responseBytes: UInt64 = 0
    public var duration = Interval.zero
    public var label = Bytes(start: nil, count: 0)
    /// `nil` before a verdict; then `label` is empty and the confidence says nothing.
    public var source: Source?
    public var confidence: Float = 0
    public var pool = Bytes(start: nil, count: 0)
    /// The endpoint's URL.
    public var endpoint = Bytes(start: nil, count: 0)
    /// 0 if no upstream answered.
    public var upstreamStatus = 0
    /// `nil` if no connection was opened.
    public var connectTime: Interval?
    /// To the end of the upstream's response head; `nil` if there was none.
    public var responseTime: Interval?
    public var isUpstreamReused = false
    public var userAgent = Bytes(start: nil, count: 0)
    public var referer = Bytes(start: nil, count: 0)
    /// How the exchange ended: `complete`, or a reason in snake case.
    public var termination: StaticString = "complete"

    public init() {}
}

/// The fields of a JSON line, in their order. Every line has them all; what is not known is `null`.
///
/// - `time`: end of the exchange, RFC 3339, UTC, milliseconds
/// - `client`: the client's address
/// - `request_id`: the `X-Request-Id` sent to the upstream
/// - `method`, `host`, `target`, `protocol`: of the request
/// - `status`: sent to the client
/// - `request_bytes`, `response_bytes`: of the bodies
/// - `duration`: first byte of the request to last byte of the response, seconds
/// - `label`, `confidence`, `source`: the verdict
/// - `pool`, `upstream`: who served it; the endpoint's URL
/// - `upstream_status`: what the endpoint answered
/// - `upstream_connect_time`, `upstream_response_time`: seconds, to the connection and to the head
/// - `upstream_reused`: whether the connection had served before
/// - `user_agent`, `referer`: as sent by the client
/// - `termination`: `complete`, or why not
///
/// A `combined` line is `client - - [time] "method target protocol" status response_bytes "referer"
/// "user_agent"`, as other servers write it.
public enum AccessLogFields {
    public static let names = [
        "time", "client", "request_id", "method", "host", "target", "protocol", "status",
        "request_bytes", "response_bytes", "duration", "label", "confidence", "source", "pool",
        "upstream", "upstream_status", "upstream_connect_time", "upstream_response_time",
        "upstream_reused", "user_agent", "referer", "termination",
    ]
}
