import Vocabulary

/// One worker's end of the journal, as `AccessLogSpool` is of the access log.
public final class JournalSpool: Sendable {
    private let lines: LineSpool

    init(chunks: AccessLogChunks) { lines = LineSpool(chunks: chunks, lineLimit: JournalLimits.line) }

    var dropped: UInt64 { lines.dropped }

    public func append(_ record: JournalRecord) { lines.append { JournalLine.append(record, to: &$0) } }

    func flush() { lines.flush() }
}
