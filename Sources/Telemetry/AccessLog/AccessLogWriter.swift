import Glibc
import Synchronization

/// The access log's own thread and everything that may wait for a disk. Workers give their lines to
/// their spool; no call of a worker ever waits for this thread. What cannot be written is counted and
/// reported, never retried for ever.
public final class AccessLogWriter: Sendable {
    /// What the operator is told, from the writer's thread.
    public enum Report: Sendable, Equatable {
        case reopened
        /// The old file stays in use.
        case reopenFailed(AccessLogError)
        /// Told once until a write succeeds again.
        case writeFailed(AccessLogError)
        case recovered
    }

    /// One for each worker.
    public let spools: [AccessLogSpool]

    private let chunks: AccessLogChunks
    private let path: String
    private let report: @Sendable (Report) -> Void
    private let isReopening = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let lost = Atomic<UInt64>(0)
    private let thread = Guarded<pthread_t?>(nil)

    /// `nil` if the log is off. The file is opened here, so that a wrong path is known at start.
    public static func start(
        _ options: AccessLogOptions, workers: Int, report: @escaping @Sendable (Report) -> Void
    ) throws(AccessLogError) -> AccessLogWriter? {
        guard options.destination != .off else { return nil }
        let chunks = max(AccessLogLimits.chunks, workers * AccessLogLimits.chunksPerWorker)
        return try AccessLogWriter(options, workers: workers, chunks: chunks, report: report)
    }

    init(
        _ options: AccessLogOptions, workers: Int, chunks count: Int,
        report: @escaping @Sendable (Report) -> Void
    ) throws(AccessLogError) {
        let chunks = AccessLogChunks(count: count)
        self.chunks = chunks
        self.report = report
        path = if case .file(let path) = options.destination { path } else { "stdout" }
        spools = (0..<workers).map { _ in AccessLogSpool(chunks: chunks, format: options.format) }
        let file = try AccessLogFile(options.destination)
        let job = AccessLogJob(writer: self, file: file)
        let opaque = Unmanaged.passRetained(job).toOpaque()
        var id = pthread_t()
        let code = pthread_create(&id, nil, runAccessLog, opaque)
        guard code == 0 else {
            Unmanaged<AccessLogJob>.fromOpaque(opaque).release()
            throw AccessLogError(.start, path: path, code: code)
        }
        thread.withLock { $0 = id }
    }

    /// Lines lost to a full queue or a failing file.
    public var dropped: UInt64 {
        spools.reduce(lost.load(ordering: .relaxed)) { $0 &+ $1.dropped }
    }

    /// For log rotation: lines made before this call go to the old file, then the path is opened anew.
    public func reopen() {
        isReopening.store(true, ordering: .releasing)
        chunks.bell.ring()
    }

    /// Writes what there is and ends the thread. The workers have stopped; a line that comes later is
    /// never written. Calling it again does nothing.
    public func stop() {
        guard let id = thread.withLock({ $0.take() }) else { return }
        isStopping.store(true, ordering: .releasing)
        chunks.bell.ring()
        pthread_join(id, nil)
    }

    /// The thread's life.
    fileprivate func run(_ file: inout AccessLogFile) {
        var isFailing = false
        var nextFlush = Self.now() + Self.flushNanoseconds
        while !isStopping.load(ordering: .acquiring) {
            chunks.bell.wait(until: nextFlush)
            let isReopening = isReopening.exchange(false, ordering: .acquiringAndReleasing)
            if isReopening || Self.now() >= nextFlush {
                flushSpools()
                nextFlush = Self.now() + Self.flushNanoseconds
            }
            drain(&file, &isFailing)
            if isReopening { reopen(&file) }
        }
        flushSpools()
        drain(&file, &isFailing)
    }

    private func flushSpools() {
        for spool in spools { spool.flush() }
    }

    private func reopen(_ file: inout AccessLogFile) {
        do throws(AccessLogError) {
            try file.reopen()
            report(.reopened)
        } catch {
            report(.reopenFailed(error))
        }
    }

    private func drain(_ file: inout AccessLogFile, _ isFailing: inout Bool) {
        var stopTime: UInt64?
        while let chunk = chunks.dequeue() {
            let bytes = UnsafeRawBufferPointer(start: chunks.base(of: chunk.number), count: chunk.count)
            let (written, error) = file.write(bytes) {
                guard isStopping.load(ordering: .acquiring) else { return true }
                let deadline = stopTime ?? Self.now() + Self.stopNanoseconds
                stopTime = deadline
                return Self.now() < deadline
            }
            if let error {
                let rest = bytes[written...].count { $0 == UInt8(ascii: "\n") }
                lost.add(UInt64(rest), ordering: .relaxed)
                if !isFailing { report(.writeFailed(AccessLogError(.write, path: path, code: error))) }
            } else if isFailing {
                report(.recovered)
            }
            isFailing = error != nil
            chunks.giveBack(chunk.number)
        }
    }

    private static let flushNanoseconds = UInt64(AccessLogLimits.flushSeconds) * 1_000_000_000
    private static let stopNanoseconds = UInt64(AccessLogLimits.stopSeconds) * 1_000_000_000

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// What the thread owns. It keeps the writer alive until the thread has ended.
private final class AccessLogJob {
    let writer: AccessLogWriter
    var file: AccessLogFile

    init(writer: AccessLogWriter, file: consuming AccessLogFile) {
        self.writer = writer
        self.file = file
    }

    func run() { writer.run(&file) }
}

/// Signals are for the threads that wait for them; a pipe without a reader is an error of write(2).
private func runAccessLog(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let opaque else { preconditionFailure("the thread was started with its job") }
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_SETMASK, &signals, nil)
    Unmanaged<AccessLogJob>.fromOpaque(opaque).takeRetainedValue().run()
    return nil
}
