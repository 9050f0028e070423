/// Sockets as the loop uses them: non-blocking, close-on-exec, results as values on the paths that
/// peers drive. Descriptors are plain numbers here; the slot that holds one closes it.

import CLinux
import Vocabulary

/// What one read or write came to.
public enum Transfer {
    case moved(Int)
    /// Nothing now; an event will tell.
    case wouldBlock
    /// The peer has ended its side (reads only).
    case ended
    case failed(Errno)
}

public enum Socket {
    public static func receive(_ fd: Int32, into room: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(fd, room.baseAddress, room.count, 0)
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            let code = slb_errno()
            if code == EINTR { continue }
            return code == EAGAIN ? .wouldBlock : .failed(Errno(code))
        }
    }

    public static func send(_ fd: Int32, _ bytes: Bytes) -> Transfer {
        while true {
            let count = CLinux.send(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .moved(count) }
            let code = slb_errno()
            if code == EINTR { continue }
            return code == EAGAIN ? .wouldBlock : .failed(Errno(code))
        }
    }

    /// Starts a connection; `true` if it is already there (Unix sockets).
    public static func connect(to address: SocketAddress) throws(Errno) -> (fd: Int32, done: Bool) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let fd = socket(Int32(address.family), kind, 0)
        guard fd >= 0 else { throw .last }
        if address.isInternet { _ = slb_set_option(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        var storage = address.storage
        if slb_connect(fd, &storage, address.size) == 0 { return (fd, true) }
        let code = slb_errno()
        if code == EINPROGRESS { return (fd, false) }
        CLinux.close(fd)
        // A Unix listener with a full backlog says EAGAIN where TCP would queue.
        throw Errno(code == EAGAIN ? ECONNREFUSED : code)
    }

    /// Whether somebody takes a connection there. Blocks for at most `patience`: not for a loop.
    public static func isReachable(_ address: SocketAddress, patience: Interval) -> Bool {
        do throws(Errno) {
            let opened = try connect(to: address)
            defer { close(opened.fd) }
            if opened.done { return true }
            var waiting = pollfd(fd: opened.fd, events: Int16(POLLOUT), revents: 0)
            guard poll(&waiting, 1, Int32(clamping: patience.nanoseconds / 1_000_000)) == 1 else { return false }
            return connectError(opened.fd) == nil
        } catch {
            return false
        }
    }

    /// What became of a connection in progress; `nil` is success.
    public static func connectError(_ fd: Int32) -> Errno? {
        let code = slb_socket_error(fd)
        return code == 0 ? nil : Errno(code)
    }

    public static func noDelay(_ fd: Int32) {
        _ = slb_set_option(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    public static func shutdownSending(_ fd: Int32) { _ = shutdown(fd, Int32(SHUT_WR)) }

    public static func close(_ fd: Int32) { _ = CLinux.close(fd) }

    /// Makes the coming close a reset: what the peer has got so far is not the whole.
    public static func resetOnClose(_ fd: Int32) { _ = slb_set_linger(fd, 0) }
}
