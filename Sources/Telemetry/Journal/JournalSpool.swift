import Synchronization
import Vocabulary

/// One worker's end of the journal, as `AccessLogSpool` is of the access log: it never waits for the disk,
/// and a line that finds no chunk is dropped and counted.
public final class JournalSpool: Sendable {
    private let chunks: AccessLogChunks
    private let current = Guarded<AccessLogChunks.Filled?>(nil)
    private let lost = Atomic<UInt64>(0)

    init(chunks: AccessLogChunks) { self.chunks = chunks }

    var dropped: UInt64 { lost.load(ordering: .relaxed) }

    public func append(_ record: JournalRecord) {
        current.withLock { chunk in
            guard var target = chunk ?? chunks.takeFree().map({ .init(number: $0, count: 0) }) else {
                lost.add(1, ordering: .relaxed)
                return
            }
            var buffer = ByteBuffer(base: chunks.base(of: target.number), capacity: AccessLogLimits.chunk)
            buffer.produced(target.count)
            JournalLine.append(record, to: &buffer)
            target.count = buffer.count
            if buffer.room < JournalLimits.line {
                chunks.enqueue(target)
                chunk = nil
            } else {
                chunk = target
            }
        }
    }

    func flush() {
        current.withLock { chunk in
            if let chunk { chunks.enqueue(chunk) }
            chunk = nil
        }
    }
}
