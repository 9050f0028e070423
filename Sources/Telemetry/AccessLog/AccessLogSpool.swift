import Synchronization
import Vocabulary

/// One worker's end of the access log: lines are made in a chunk, full chunks go to the writer. Its
/// lock is the worker's own but for one moment a second, when the writer asks for what there is. It
/// never waits for the disk: without a free chunk a line is dropped and counted.
public final class AccessLogSpool: Sendable {
    private let chunks: AccessLogChunks
    private let format: AccessLogOptions.Format
    private let current = Guarded<AccessLogChunks.Filled?>(nil)
    private let lost = Atomic<UInt64>(0)

    init(chunks: AccessLogChunks, format: AccessLogOptions.Format) {
        self.chunks = chunks
        self.format = format
    }

    /// Lines that found no chunk.
    var dropped: UInt64 { lost.load(ordering: .relaxed) }

    public func append(_ record: AccessLogRecord) {
        current.withLock { chunk in
            guard var target = chunk ?? takeChunk() else {
                lost.add(1, ordering: .relaxed)
                return
            }
            var buffer = ByteBuffer(
                base: chunks.base(of: target.number), capacity: AccessLogLimits.chunk)
            buffer.produced(target.count)
            AccessLogLine.append(record, format: format, to: &buffer)
            target.count = buffer.count
            if buffer.room < AccessLogLimits.line {
                chunks.enqueue(target)
                chunk = nil
            } else {
                chunk = target
            }
        }
    }

    /// Hands over what there is. The queue keeps a worker's lines in order, so even the writer takes
    /// a half-full chunk through it.
    func flush() {
        current.withLock { chunk in
            if let chunk { chunks.enqueue(chunk) }
            chunk = nil
        }
    }

    private func takeChunk() -> AccessLogChunks.Filled? {
        chunks.takeFree().map { AccessLogChunks.Filled(number: $0, count: 0) }
    }
}
