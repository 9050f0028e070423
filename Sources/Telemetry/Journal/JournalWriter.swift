import Glibc
import Synchronization

/// The journal's own thread and everything that may wait for a disk, as `AccessLogWriter` is the access
/// log's. What cannot be written is counted and reported, never retried.
public final class JournalWriter: Sendable {
    public enum Report: Sendable, Equatable {
        /// Told once until a write succeeds again.
        case failed(JournalError)
        case recovered
    }

    /// One for each worker.
    public let spools: [JournalSpool]

    private let chunks: AccessLogChunks
    private let report: @Sendable (Report) -> Void
    private let isStopping = Atomic<Bool>(false)
    private let written = Atomic<UInt64>(0)
    private let lost = Atomic<UInt64>(0)
    private let thread = Guarded<pthread_t?>(nil)

    /// `nil` if the journal is off. The file is opened here, so that a wrong path is known at start.
    public static func start(
        _ options: JournalOptions, workers: Int, report: @escaping @Sendable (Report) -> Void
    ) throws(JournalError) -> JournalWriter? {
        guard let path = options.path else { return nil }
        let chunks = max(JournalLimits.chunks, workers * AccessLogLimits.chunksPerWorker)
        return try JournalWriter(options, path: path, workers: workers, chunks: chunks, report: report)
    }

    init(
        _ options: JournalOptions, path: String, workers: Int, chunks count: Int,
        report: @escaping @Sendable (Report) -> Void
    ) throws(JournalError) {
        let chunks = AccessLogChunks(count: count)
        self.chunks = chunks
        self.report = report
        spools = (0..<workers).map { _ in JournalSpool(chunks: chunks) }
        let file = try JournalFile(path: path, limit: options.size, kept: options.files)
        let opaque = Unmanaged.passRetained(JournalJob(writer: self, file: file)).toOpaque()
        var id = pthread_t()
        let code = pthread_create(&id, nil, runJournal, opaque)
        guard code == 0 else {
            Unmanaged<JournalJob>.fromOpaque(opaque).release()
            throw JournalError("start the writer of", path, code)
        }
        thread.withLock { $0 = id }
    }

    /// Lines in the file.
    public var records: UInt64 { written.load(ordering: .relaxed) }

    /// Lines lost to a full queue or a failing file.
    public var dropped: UInt64 {
        spools.reduce(lost.load(ordering: .relaxed)) { $0 &+ $1.dropped }
    }

    /// Writes what there is and ends the thread; the workers have stopped. Calling it again does nothing.
    public func stop() {
        guard let id = thread.withLock({ $0.take() }) else { return }
        isStopping.store(true, ordering: .releasing)
        chunks.bell.ring()
        pthread_join(id, nil)
    }

    /// The thread's life.
    fileprivate func run(_ file: inout JournalFile) {
        var isFailing = false
        var nextFlush = Self.now() + Self.flushNanoseconds
        while !isStopping.load(ordering: .acquiring) {
            chunks.bell.wait(until: nextFlush)
            if Self.now() >= nextFlush {
                for spool in spools { spool.flush() }
                nextFlush = Self.now() + Self.flushNanoseconds
            }
            drain(&file, &isFailing)
        }
        for spool in spools { spool.flush() }
        drain(&file, &isFailing)
    }

    private func drain(_ file: inout JournalFile, _ isFailing: inout Bool) {
        while let chunk = chunks.dequeue() {
            let bytes = UnsafeRawBufferPointer(start: chunks.base(of: chunk.number), count: chunk.count)
            let (count, error) = file.write(bytes)
            written.add(UInt64(bytes[..<count].count { $0 == UInt8(ascii: "\n") }), ordering: .relaxed)
            if let error {
                lost.add(UInt64(bytes[count...].count { $0 == UInt8(ascii: "\n") }), ordering: .relaxed)
                if !isFailing { report(.failed(error)) }
            } else if isFailing {
                report(.recovered)
            }
            isFailing = error != nil
            chunks.giveBack(chunk.number)
        }
    }

    private static let flushNanoseconds = UInt64(AccessLogLimits.flushSeconds) * 1_000_000_000

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// What the thread owns. It keeps the writer alive until the thread has ended.
private final class JournalJob {
    let writer: JournalWriter
    var file: JournalFile

    init(writer: JournalWriter, file: consuming JournalFile) {
        self.writer = writer
        self.file = file
    }

    func run() { writer.run(&file) }
}

private func runJournal(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let opaque else { preconditionFailure("the thread was started with its job") }
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_SETMASK, &signals, nil)
    Unmanaged<JournalJob>.fromOpaque(opaque).takeRetainedValue().run()
    return nil
}
