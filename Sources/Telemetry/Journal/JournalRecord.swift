import Vocabulary

/// What the journal says of one decision: the masked request, the verdict, and what serving it took. The
/// texts belong to whoever asks for the line.
public struct JournalRecord {
    /// Nanoseconds since the epoch.
    public var time: Int64 = 0
    public var method = Bytes(start: nil, count: 0)
    /// Path and query, masked.
    public var target = Bytes(start: nil, count: 0)
    public var contentType = Bytes(start: nil, count: 0)
    /// Masked; nil if it is not to be told.
    public var body: Bytes?
    /// The whole body's, if known.
    public var bodyLength: UInt64?
    public var label = Bytes(start: nil, count: 0)
    public var source = Source.fallback
    public var confidence: Float = 0
    /// Zero if there was no response, or none yet.
    public var status = 0
    /// From sending the request to an endpoint to the end of the response.
    public var service: Interval?
    public var responseBytes: UInt64?

    public init() {}
}

/// A record as a line of JSON, which `slb train` reads as an example. Whatever the bytes, it is valid, has
/// one line feed, at its end, and is no longer than `JournalLimits.line`.
enum JournalLine {
    static func append(_ record: JournalRecord, to buffer: inout ByteBuffer) {
        precondition(buffer.room >= JournalLimits.line, "a line needs its room")
        buffer.append("{\"timestamp\":\"")
        let time = max(record.time, 0)
        WallClock(epochSeconds: time / 1_000_000_000)
            .appendTimestamp(milliseconds: Int(time % 1_000_000_000 / 1_000_000), to: &buffer)
        text("\",\"method\":\"", record.method, JournalLimits.method, to: &buffer)
        text("\",\"path\":\"", record.target, JournalLimits.target, to: &buffer)
        text("\",\"content_type\":\"", record.contentType, JournalLimits.contentType, to: &buffer)
        if let body = record.body { text("\",\"body\":\"", body, JournalLimits.body, to: &buffer) }
        number("\",\"body_length\":", record.bodyLength, to: &buffer)
        buffer.append(",\"label\":\"")
        buffer.append(jsonEscaped: record.label, limit: JournalLimits.label)
        buffer.append("\",\"source\":\"")
        buffer.append(record.source.name)
        buffer.append("\",\"confidence\":")
        // The comparison is false for what is not a number.
        let confidence = record.confidence > 0 ? min(record.confidence, 1) : 0
        buffer.append(fixed: UInt64(confidence * 10_000 + 0.5), places: 4)
        number(",\"status\":", record.status > 0 ? UInt64(record.status) : nil, to: &buffer)
        buffer.append(",\"service_ms\":")
        if let service = record.service {
            buffer.append(fixed: UInt64(max(service.nanoseconds, 0)) / 1000, places: 3)
        } else {
            buffer.append("null")
        }
        number(",\"response_bytes\":", record.responseBytes, to: &buffer)
        buffer.append("}\n")
    }

    private static func text(_ name: StaticString, _ text: Bytes, _ limit: Int, to buffer: inout ByteBuffer) {
        buffer.append(name)
        buffer.append(jsonEscaped: text, limit: limit * JournalLimits.escaping)
    }

    private static func number(_ name: StaticString, _ value: UInt64?, to buffer: inout ByteBuffer) {
        buffer.append(name)
        if let value { buffer.append(decimal: value) } else { buffer.append("null") }
    }
}
