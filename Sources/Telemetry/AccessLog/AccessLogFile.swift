import Glibc

/// The descriptor that the access log is written to: opening, reopening, and writing all of a chunk
/// whatever write(2) does. It knows bytes and lines, not exchanges; only the writer's thread uses it.
struct AccessLogFile: ~Copyable {
    private let destination: AccessLogOptions.Destination
    private var descriptor: Int32
    /// A pipe or terminal takes no more than this at once without blocking, once it is writable.
    private var step: Int
    /// Whether the last write ended inside a line, which then needs an end before the next one.
    private var isInsideLine = false

    /// POSIX's `PIPE_BUF` on Linux: the room that a writable pipe has at least.
    private static let pipeStep = 4096
    /// How long one wait for a reader may take before it is looked whether to go on waiting.
    private static let pollMilliseconds: Int32 = 100
    private static let mode: mode_t = 0o640

    init(_ destination: AccessLogOptions.Destination) throws(AccessLogError) {
        self.destination = destination
        descriptor = try Self.open(destination)
        step = Self.step(of: descriptor)
    }

    deinit {
        Self.release(descriptor, of: destination)
    }

    /// By path; a failure keeps what is open.
    mutating func reopen() throws(AccessLogError) {
        let new = try Self.open(destination)
        Self.release(descriptor, of: destination)
        descriptor = new
        step = Self.step(of: new)
        isInsideLine = false
    }

    /// How many bytes went out, all of them unless there is an error. `goesOn` is asked whenever a
    /// reader is waited for.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, while goesOn: () -> Bool
    ) -> (written: Int, error: Int32?) {
        if isInsideLine {
            let end: [UInt8] = [UInt8(ascii: "\n")]
            let error = end.withUnsafeBytes { writeAll($0, while: goesOn).error }
            if let error { return (0, error) }
            isInsideLine = false
        }
        let (written, error) = writeAll(bytes, while: goesOn)
        if written > 0 { isInsideLine = bytes[written - 1] != UInt8(ascii: "\n") }
        return (written, error)
    }

    private func writeAll(
        _ bytes: UnsafeRawBufferPointer, while goesOn: () -> Bool
    ) -> (written: Int, error: Int32?) {
        var written = 0
        while written < bytes.count {
            if step == Self.pipeStep, !waitWritable(while: goesOn) { return (written, EAGAIN) }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...].prefix(step))
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
            } else if count == 0 {
                return (written, EIO)
            } else if errno == EAGAIN {
                guard waitWritable(while: goesOn) else { return (written, EAGAIN) }
            } else if errno != EINTR {
                return (written, errno)
            }
        }
        return (written, nil)
    }

    /// Also true when the other end is gone: then write(2) says what is wrong.
    private func waitWritable(while goesOn: () -> Bool) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while Glibc.poll(&poll, 1, Self.pollMilliseconds) <= 0 {
            guard goesOn() else { return false }
        }
        return true
    }

    private static func open(
        _ destination: AccessLogOptions.Destination
    ) throws(AccessLogError) -> Int32 {
        switch destination {
        case .off: preconditionFailure("a log that is off has no file")
        case .stdout: return STDOUT_FILENO
        case .file(let path):
            // Not blocking matters for a pipe only: without a reader, opening it fails at once.
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
            while true {
                let descriptor = Glibc.open(path, flags, mode)
                if descriptor >= 0 { return descriptor }
                guard errno == EINTR else { throw AccessLogError(.open, path: path, code: errno) }
            }
        }
    }

    private static func step(of descriptor: Int32) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return pipeStep }
        return status.st_mode & S_IFMT == S_IFREG ? AccessLogLimits.chunk : pipeStep
    }

    private static func release(_ descriptor: Int32, of destination: AccessLogOptions.Destination) {
        if case .file = destination { close(descriptor) }
    }
}

/// What went wrong with the log's file, with the path and the kernel's reason.
public struct AccessLogError: Error, Equatable, CustomStringConvertible {
    public enum Operation: String, Sendable { case open, write, start }

    public let operation: Operation
    public let path: String
    public let code: Int32

    init(_ operation: Operation, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    public var description: String {
        "access log: cannot \(operation.rawValue) \(path): \(String(cString: strerror(code)))"
    }
}
