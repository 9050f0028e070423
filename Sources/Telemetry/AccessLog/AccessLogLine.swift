import Vocabulary

/// One exchange as one line of text: JSON or the combined format. Whatever the bytes, a line is
/// valid, has one line feed, at its end, and is no longer than `AccessLogLimits.line`.
public enum AccessLogLine {
    /// `buffer` has room for `AccessLogLimits.line` bytes.
    public static func append(
        _ record: AccessLogRecord, format: AccessLogOptions.Format,
        to buffer: inout ByteBuffer
    ) {
        precondition(buffer.room >= AccessLogLimits.line, "a line needs its room")
        switch format {
        case .json: appendJSON(record, to: &buffer)
        case .combined: appendCombined(record, to: &buffer)
        }
    }

    private static func appendJSON(_ record: AccessLogRecord, to buffer: inout ByteBuffer) {
        buffer.append("{\"time\":\"")
        let (seconds, nanoseconds) = split(record.time)
        WallClock(epochSeconds: seconds)
            .appendTimestamp(milliseconds: nanoseconds / 1_000_000, to: &buffer)
        buffer.append("\"")
        field(",\"client\":", record.client, to: &buffer)
        field(",\"request_id\":", record.requestID, to: &buffer)
        field(",\"method\":", record.method, to: &buffer)
        field(",\"host\":", record.host, to: &buffer)
        field(",\"target\":", record.target, limit: AccessLogLimits.target, to: &buffer)
        field(",\"protocol\":", record.version, to: &buffer)
        field(",\"status\":", status: record.status, to: &buffer)
        buffer.append(",\"request_bytes\":")
        buffer.append(decimal: record.requestBytes)
        buffer.append(",\"response_bytes\":")
        buffer.append(decimal: record.responseBytes)
        field(",\"duration\":", seconds: record.duration, to: &buffer)
        appendVerdict(record, to: &buffer)
        appendUpstream(record, to: &buffer)
        field(",\"user_agent\":", record.userAgent, to: &buffer)
        field(",\"referer\":", record.referer, to: &buffer)
        buffer.append(",\"termination\":\"")
        buffer.append(record.termination)
        buffer.append("\"}\n")
    }

    private static func appendVerdict(
        _ record: AccessLogRecord, to buffer: inout ByteBuffer
    ) {
        field(",\"label\":", record.label, to: &buffer)
        buffer.append(",\"confidence\":")
        guard let source = record.source else {
            buffer.append("null,\"source\":null")
            return
        }
        // Ten thousandths; the comparison is false for what is not a number.
        let confidence = record.confidence > 0 ? min(record.confidence, 1) : 0
        buffer.append(fixed: UInt64(confidence * 10_000 + 0.5), places: 4)
        buffer.append(",\"source\":\"")
        buffer.append(source.name)
        buffer.append("\"")
    }

    private static func appendUpstream(
        _ record: AccessLogRecord, to buffer: inout ByteBuffer
    ) {
        field(",\"pool\":", record.pool, to: &buffer)
        field(",\"upstream\":", record.endpoint, to: &buffer)
        field(",\"upstream_status\":", status: record.upstreamStatus, to: &buffer)
        field(",\"upstream_connect_time\":", seconds: record.connectTime, to: &buffer)
        field(",\"upstream_response_time\":", seconds: record.responseTime, to: &buffer)
        buffer.append(",\"upstream_reused\":")
        buffer.append(
            record.endpoint.isEmpty ? "null" : record.isUpstreamReused ? "true" : "false")
    }

    private static func appendCombined(
        _ record: AccessLogRecord, to buffer: inout ByteBuffer
    ) {
        quoted(record.client, to: &buffer)
        buffer.append(" - - [")
        WallClock(epochSeconds: split(record.time).seconds).appendCommonLog(to: &buffer)
        buffer.append("] \"")
        if record.method.isEmpty && record.target.isEmpty {
            buffer.append("-")
        } else {
            quoted(record.method, to: &buffer)
            buffer.append(" ")
            quoted(record.target, limit: AccessLogLimits.target, to: &buffer)
            buffer.append(" ")
            quoted(record.version, to: &buffer)
        }
        buffer.append("\" ")
        buffer.append(paddedDecimal: record.status, width: 3)
        buffer.append(" ")
        buffer.append(decimal: record.responseBytes)
        buffer.append(" \"")
        quoted(record.referer, to: &buffer)
        buffer.append("\" \"")
        quoted(record.userAgent, to: &buffer)
        buffer.append("\"\n")
    }

    /// Times before the epoch are the epoch.
    private static func split(_ time: Int64) -> (seconds: Int64, nanoseconds: Int) {
        let time = max(time, 0)
        return (time / 1_000_000_000, Int(time % 1_000_000_000))
    }

    private static func field(
        _ name: StaticString, _ text: Bytes, limit: Int = AccessLogLimits.text,
        to buffer: inout ByteBuffer
    ) {
        buffer.append(name)
        guard !text.isEmpty else { return buffer.append("null") }
        buffer.append("\"")
        buffer.append(jsonEscaped: text, limit: limit)
        buffer.append("\"")
    }

    private static func field(
        _ name: StaticString, status: Int, to buffer: inout ByteBuffer
    ) {
        buffer.append(name)
        guard status > 0 else { return buffer.append("null") }
        buffer.append(decimal: UInt64(status))
    }

    /// In seconds, to the microsecond.
    private static func field(
        _ name: StaticString, seconds interval: Interval?, to buffer: inout ByteBuffer
    ) {
        buffer.append(name)
        guard let interval else { return buffer.append("null") }
        buffer.append(fixed: UInt64(max(interval.nanoseconds, 0) / 1000), places: 6)
    }

    private static func quoted(
        _ text: Bytes, limit: Int = AccessLogLimits.text, to buffer: inout ByteBuffer
    ) {
        guard !text.isEmpty else { return buffer.append("-") }
        buffer.append(logEscaped: text, limit: limit)
    }
}
