import Glibc

/// The file that the journal is written to, and the full ones before it: `PATH.1` is the latest of them.
/// It takes whole lines and never splits one over two files. Only the writer's thread uses it.
struct JournalFile: ~Copyable {
    private let path: String
    private let limit: Int
    private let kept: Int
    private var descriptor: Int32
    private var size: Int
    /// Whether the last write ended inside a line.
    private var isInsideLine = false

    /// What clients sent is nobody else's business.
    private static let mode: mode_t = 0o600

    init(path: String, limit: Int, kept: Int) throws(JournalError) {
        self.path = path
        self.limit = limit
        self.kept = kept
        (descriptor, size) = try Self.open(path)
    }

    deinit { close(descriptor) }

    /// How many bytes went out, all of them unless there is an error.
    mutating func write(_ lines: UnsafeRawBufferPointer) -> (written: Int, error: JournalError?) {
        if size > 0, size + lines.count > limit {
            do throws(JournalError) { try rotate() } catch { return (0, error) }
        }
        if isInsideLine {
            let end: [UInt8] = [UInt8(ascii: "\n")]
            if let code = end.withUnsafeBytes({ writeAll($0).error }) { return (0, JournalError("write", path, code)) }
            isInsideLine = false
        }
        let (written, code) = writeAll(lines)
        size += written
        if written > 0 { isInsideLine = lines[written - 1] != UInt8(ascii: "\n") }
        return (written, code.map { JournalError("write", path, $0) })
    }

    private mutating func rotate() throws(JournalError) {
        for number in stride(from: kept - 1, through: 1, by: -1) { _ = rename("\(path).\(number)", "\(path).\(number + 1)") }
        let result = kept > 0 ? rename(path, "\(path).1") : unlink(path)
        // Somebody else may have moved it: then a new one is all that is missing.
        guard result == 0 || errno == ENOENT else { throw JournalError("rotate", path, errno) }
        let opened = try Self.open(path)
        close(descriptor)
        (descriptor, size) = opened
        isInsideLine = false
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> (written: Int, error: Int32?) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count > 0 {
                written += count
            } else if count == 0 {
                return (written, EIO)
            } else if errno != EINTR {
                return (written, errno)
            }
        }
        return (written, nil)
    }

    private static func open(_ path: String) throws(JournalError) -> (Int32, Int) {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode)
        guard descriptor >= 0 else { throw JournalError("open", path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw JournalError("open", path, EINVAL)
        }
        return (descriptor, Int(status.st_size))
    }
}

/// What went wrong with the journal's file.
public struct JournalError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ operation: String, _ path: String, _ code: Int32) {
        description = "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    }
}
