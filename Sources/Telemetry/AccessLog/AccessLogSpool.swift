import Vocabulary

/// One worker's end of the access log.
public final class AccessLogSpool: Sendable {
    private let lines: LineSpool
    private let format: AccessLogOptions.Format

    init(chunks: AccessLogChunks, format: AccessLogOptions.Format) {
        lines = LineSpool(chunks: chunks, lineLimit: AccessLogLimits.line)
        self.format = format
    }

    var dropped: UInt64 { lines.dropped }

    public func append(_ record: AccessLogRecord) {
        lines.append { AccessLogLine.append(record, format: format, to: &$0) }
    }

    func flush() { lines.flush() }
}
