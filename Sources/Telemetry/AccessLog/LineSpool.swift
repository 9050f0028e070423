import Synchronization
import Vocabulary

/// One worker's end of a log: lines are made in a chunk, full chunks go to the writer. Its lock is the
/// worker's own but for one moment a second, when the writer asks for what there is. It never waits for
/// the disk: without a free chunk a line is dropped and counted.
final class LineSpool: Sendable {
    private let chunks: AccessLogChunks
    /// Room a chunk must have for one more line.
    private let lineLimit: Int
    private let current = Guarded<AccessLogChunks.Filled?>(nil)
    private let lost = Atomic<UInt64>(0)

    init(chunks: AccessLogChunks, lineLimit: Int) {
        self.chunks = chunks
        self.lineLimit = lineLimit
    }

    /// Lines that found no chunk.
    var dropped: UInt64 { lost.load(ordering: .relaxed) }

    /// `write` appends one line, of at most `lineLimit` bytes.
    @inline(__always)
    func append(_ write: (inout ByteBuffer) -> Void) {
        current.withLock { chunk in
            guard var target = chunk ?? takeChunk() else {
                lost.add(1, ordering: .relaxed)
                return
            }
            var buffer = ByteBuffer(
                base: chunks.base(of: target.number), capacity: AccessLogLimits.chunk)
            buffer.produced(target.count)
            write(&buffer)
            target.count = buffer.count
            if buffer.room < lineLimit {
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
