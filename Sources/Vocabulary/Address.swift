/// Where to listen or to connect, as the configuration says it: a host that may still need
/// resolving, or a Unix socket path.
public enum Address: Hashable, Sendable, CustomStringConvertible {
    /// `host` is a name, an IPv4 literal or an IPv6 literal without brackets.
    case inet(host: String, port: UInt16)
    case unix(path: String)

    public var description: String {
        switch self {
        case .inet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
