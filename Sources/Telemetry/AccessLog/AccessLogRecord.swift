import Vocabulary

/// What one line of the access log says of one exchange: views and numbers, nothing copied. Valid
/// only for the call it is passed to. The views may hold any bytes; empty is "not known".
package struct AccessLogRecord {
    /// Time of day at the end of the exchange, in nanoseconds since the epoch.
    package var time: Int64 = 0
    package var client = Bytes(start: nil, count: 0)
    package var requestID = Bytes(start: nil, count: 0)
    package var method = Bytes(start: nil, count: 0)
    package var host = Bytes(start: nil, count: 0)
    /// As the client sent it, query included.
    package var target = Bytes(start: nil, count: 0)
    package var version = Bytes(start: nil, count: 0)
    /// 0 if no response head was sent.
    package var status = 0
    /// Body bytes.
    package var requestBytes: UInt64 = 0
    package var responseBytes: UInt64 = 0
    package var duration = Interval.zero
    package var label = Bytes(start: nil, count: 0)
    /// `nil` before a verdict; then `label` is empty and the confidence says nothing.
    package var source: Source?
    package var confidence: Float = 0
    package var pool = Bytes(start: nil, count: 0)
    /// The endpoint's URL.
    package var endpoint = Bytes(start: nil, count: 0)
    /// 0 if no upstream answered.
    package var upstreamStatus = 0
    /// `nil` if no connection was opened.
    package var connectTime: Interval?
    /// To the end of the upstream's response head; `nil` if there was none.
    package var responseTime: Interval?
    package var isUpstreamReused = false
    package var userAgent = Bytes(start: nil, count: 0)
    package var referer = Bytes(start: nil, count: 0)
    /// How the exchange ended: `complete`, or a reason in snake case.
    package var termination: StaticString = "complete"

    package init() {}
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
package enum AccessLogFields {
    package static let names = [
        "time", "client", "request_id", "method", "host", "target", "protocol", "status",
        "request_bytes", "response_bytes", "duration", "label", "confidence", "source", "pool",
        "upstream", "upstream_status", "upstream_connect_time", "upstream_response_time",
        "upstream_reused", "user_agent", "referer", "termination",
    ]
}
