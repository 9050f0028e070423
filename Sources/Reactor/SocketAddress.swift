/// A resolved address in the kernel's form, and the resolver that makes one from an `Address`.
/// Resolving blocks: it happens at start and on the resolver's own thread, never in a loop.

import CLinux
import Vocabulary

public struct SocketAddress: @unchecked Sendable {
    public private(set) var storage: sockaddr_storage
    public private(set) var size: socklen_t

    public init(storage: sockaddr_storage, size: socklen_t) {
        self.storage = storage
        self.size = size
    }

    public var family: sa_family_t { storage.ss_family }
    public var isInternet: Bool { family == AF_INET || family == AF_INET6 }

    public static func unix(_ path: String) throws(Errno) -> SocketAddress {
        var storage = sockaddr_storage()
        let bytes = Array(path.utf8)
        let room = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size
        guard !bytes.isEmpty, bytes.count < room else { throw Errno(ENAMETOOLONG) }
        storage.ss_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage) { raw in
            let start = MemoryLayout<sa_family_t>.size
            for (index, byte) in bytes.enumerated() { raw[start + index] = byte }
        }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + 1)
        return SocketAddress(storage: storage, size: size)
    }

    /// The port of an internet address.
    public var port: UInt16 {
        withUnsafeBytes(of: storage) { raw in
            isInternet ? UInt16(raw[2]) << 8 | UInt16(raw[3]) : 0
        }
    }

    /// The peer's address in 16 bytes, IPv4 mapped into IPv6; zero for a Unix socket.
    public var peer: PeerAddress {
        withUnsafeBytes(of: storage) { raw in
            switch Int32(family) {
            case AF_INET: PeerAddress(ipv4: (raw[4], raw[5], raw[6], raw[7]), port: port)
            case AF_INET6: PeerAddress(ipv6: Bytes(rebasing: raw[8..<24]), port: port)
            default: PeerAddress()
            }
        }
    }

    public var description: String {
        guard isInternet else { return "unix" }
        var text = [UInt8](repeating: 0, count: PeerAddress.textCapacity)
        let count = text.withUnsafeMutableBytes { peer.write(to: $0) }
        let host = String(decoding: text[..<count], as: UTF8.self)
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Why a name could not be resolved.
public struct ResolveError: Error, CustomStringConvertible {
    public let description: String
}

public enum Resolver {
    /// Addresses of one endpoint that are kept.
    public static let mostAddresses = 8

    /// Blocks. IPv4 first: a worker on `localhost` most often listens there.
    public static func resolve(_ address: Address) throws(ResolveError) -> [SocketAddress] {
        switch address {
        case .unix(let path):
            do throws(Errno) {
                return [try .unix(path)]
            } catch {
                throw ResolveError(description: "\(path): \(error)")
            }
        case .inet(let host, let port):
            return try lookUp(host, port)
        }
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws(ResolveError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
        guard status == 0 else {
            throw ResolveError(description: "\(host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size {
                var storage = sockaddr_storage()
                memcpy(&storage, address, Int(info.ai_addrlen))
                found.append(SocketAddress(storage: storage, size: info.ai_addrlen))
            }
            entry = info.ai_next
        }
        let first = found.filter { $0.family == AF_INET } + found.filter { $0.family != AF_INET }
        return Array(first.prefix(mostAddresses))
    }
}
