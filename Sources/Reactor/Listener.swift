/// A listening socket. Every worker binds its own with SO_REUSEPORT, so the kernel spreads the
/// connections; Unix sockets and inherited descriptors are shared by all workers.

import CLinux
import Vocabulary

public struct Listener: Sendable {
    public let descriptor: Int32
    /// What it is really bound to, the port the kernel chose included.
    public let address: Address
    /// Several loops accept from this one descriptor.
    public let isShared: Bool
    /// This one made the Unix socket's file and takes it away again.
    private let ownsPath: Bool

    /// As large as the kernel allows (`net.core.somaxconn`).
    private static let backlog: Int32 = 65535

    /// Binds and listens. `reusePort` lets several sockets share the port.
    public static func open(
        _ address: Address, resolved: SocketAddress, reusePort: Bool
    ) throws(Errno) -> Listener {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let fd = socket(Int32(resolved.family), kind, 0)
        guard fd >= 0 else { throw .last }
        do throws(Errno) {
            if case .unix(let path) = address { try removeStale(path) }
            _ = slb_set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)
            if reusePort { _ = slb_set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            var storage = resolved.storage
            guard slb_bind(fd, &storage, resolved.size) == 0 else { throw .last }
            guard listen(fd, backlog) == 0 else { throw .last }
        } catch {
            close(fd)
            throw error
        }
        return Listener(descriptor: fd, address: bound(fd, as: address), isShared: !reusePort, ownsPath: true)
    }

    /// A descriptor that somebody else opened (`LISTEN_FDS`).
    public static func adopt(_ fd: Int32, as address: Address) throws(Errno) -> Listener {
        guard slb_set_nonblocking(fd) == 0 else { throw .last }
        return Listener(descriptor: fd, address: bound(fd, as: address), isShared: true, ownsPath: false)
    }

    /// The same socket for another loop, with a descriptor of its own to close.
    public func duplicate() throws(Errno) -> Listener {
        let copy = slb_duplicate(descriptor)
        guard copy >= 0 else { throw .last }
        return Listener(descriptor: copy, address: address, isShared: isShared, ownsPath: false)
    }

    public enum Accepted {
        case connection(fd: Int32, peer: PeerAddress)
        case none
        /// No descriptors or no memory: accepting again at once would spin.
        case exhausted(Errno)
    }

    public func accept() -> Accepted {
        while true {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let fd = slb_accept(descriptor, &storage, &size)
            if fd >= 0 {
                let peer = SocketAddress(storage: storage, size: size)
                if peer.isInternet { Socket.noDelay(fd) }
                return .connection(fd: fd, peer: peer.peer)
            }
            switch slb_errno() {
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(.last)
            // The connection died in the queue, or a signal came: the next one may be well.
            default: continue
            }
        }
    }

    public func close() {
        _ = CLinux.close(descriptor)
        if ownsPath, case .unix(let path) = address { unlink(path) }
    }

    private static func close(_ fd: Int32) { _ = CLinux.close(fd) }

    /// A socket file that nobody listens on any more would make `bind` fail.
    private static func removeStale(_ path: String) throws(Errno) {
        guard slb_is_socket_file(path) == 1 else { return }
        do throws(Errno) {
            let probe = try Socket.connect(to: .unix(path))
            Socket.close(probe.fd)
        } catch {
            if error.code == ECONNREFUSED { unlink(path) }
            return
        }
        throw Errno(EADDRINUSE)
    }

    private static func bound(_ fd: Int32, as address: Address) -> Address {
        guard case .inet(let host, _) = address else { return address }
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard slb_name(fd, &storage, &size) == 0 else { return address }
        let port = SocketAddress(storage: storage, size: size).port
        return .inet(host: host, port: port)
    }
}
