/// Addresses as text: where to listen and where an endpoint is. Owns the syntax; nothing here
/// resolves a name or opens a socket.

import Foundation
import Upstream
import Vocabulary

enum AddressText {
    struct Refusal: Error, Equatable { var message: String }

    /// `sun_path` holds 108 bytes, the last a NUL.
    static let unixPathBytes = 107

    /// `host:port`, `[::1]:port`, `:port`, `port` or `unix:/path`. Port 0 asks for any free one.
    static func listener(_ text: String) throws(Refusal) -> Address {
        if text.hasPrefix("unix:") { return try unix(text.dropFirst(5)) }
        if let scheme = text.range(of: "://") {
            throw Refusal(
                message:
                    "\"\(text.clipped)\" is a URL; write it without \"\(text[..<scheme.upperBound])\", as host:port")
        }
        if text.allSatisfy({ $0.isASCII && $0.isNumber }), !text.isEmpty {
            return .inet(host: "0.0.0.0", port: try port(text[...], 0))
        }
        let (host, port) = try hostAndPort(text[...])
        guard let port else {
            throw Refusal(message: "\"\(text.clipped)\" has no port; write host:port, as 0.0.0.0:8080")
        }
        return .inet(host: host.isEmpty ? "0.0.0.0" : host, port: try Self.port(port, 0))
    }

    /// `http://host[:port]` or `unix:/path`.
    static func endpoint(_ text: String) throws(Refusal) -> EndpointOptions {
        if text.hasPrefix("unix:") { return EndpointOptions(url: text, address: try unix(text.dropFirst(5))) }
        if text.lowercased().hasPrefix("https://") {
            throw Refusal(
                message: "\"\(text.clipped)\": TLS to upstreams is not available in this version; use http://")
        }
        guard text.lowercased().hasPrefix("http://") else {
            throw Refusal(message: "\"\(text.clipped)\" is not an endpoint; write http://host:port or unix:/path")
        }
        var authority = text.dropFirst(7)
        if authority.hasSuffix("/"), authority.dropLast().allSatisfy({ $0 != "/" && $0 != "?" && $0 != "#" }) {
            authority = authority.dropLast()
        }
        if authority.contains("@") {
            throw Refusal(message: "\"\(text.clipped)\" names a user; endpoints take no credentials")
        }
        if let extra = authority.first(where: { "/?#".contains($0) }) {
            throw Refusal(
                message:
                    "\"\(text.clipped)\" goes on after the host (\"\(extra)\"); an endpoint is a host and a port, the path is the client's"
            )
        }
        let (host, port) = try hostAndPort(authority)
        if host.isEmpty { throw Refusal(message: "\"\(text.clipped)\" has no host; write http://host:port") }
        let number = try port.map { (text: Substring) throws(Refusal) in try Self.port(text, 1) } ?? 80
        return EndpointOptions(url: "http://" + authority, address: .inet(host: host, port: number))
    }

    private static func unix(_ path: Substring) throws(Refusal) -> Address {
        guard path.hasPrefix("/") else {
            throw Refusal(message: "\"unix:\(String(path).clipped)\" must be an absolute path, as unix:/run/slb.sock")
        }
        guard path.utf8.count <= unixPathBytes else {
            throw Refusal(message: "a Unix socket path has at most \(unixPathBytes) bytes, this has \(path.utf8.count)")
        }
        guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Refusal(message: "a Unix socket path has no control characters")
        }
        return .unix(path: String(path))
    }

    private static func port(_ text: Substring, _ least: UInt16) throws(Refusal) -> UInt16 {
        guard let count = Quantity.count(String(text)), let port = UInt16(exactly: count), port >= least else {
            throw Refusal(
                message: "\"\(String(text).clipped)\" is not a port; a port is a number from \(least) to 65535")
        }
        return port
    }

    /// The port is `nil` if there is no colon.
    private static func hostAndPort(_ text: Substring) throws(Refusal) -> (String, Substring?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw Refusal(message: "\"\(String(text).clipped)\" lacks the closing ]")
            }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard isIPv6(host) else { throw Refusal(message: "\"\(host.clipped)\" is not an IPv6 address") }
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw Refusal(message: "\"\(String(text).clipped)\": after ] comes :port")
            }
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw Refusal(message: "\"\(String(text).clipped)\": write an IPv6 address in brackets, as [::1]:8080")
        }
        let host = String(parts[0])
        if !host.isEmpty { try checkName(host) }
        return (host, parts.count == 2 ? parts[1] : nil)
    }

    private static func checkName(_ host: String) throws(Refusal) {
        let numeric = host.allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
        if numeric {
            var address = in_addr()
            guard inet_pton(AF_INET, host, &address) == 1 else {
                throw Refusal(message: "\"\(host.clipped)\" is not an IPv4 address")
            }
            return
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let valid = labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        guard valid, host.utf8.count <= 253 else { throw Refusal(message: "\"\(host.clipped)\" is not a host name") }
    }

    private static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return !host.contains("\0") && inet_pton(AF_INET6, host, &address) == 1
    }
}

extension Address {
    /// Whether both cannot be listened on at once. `[::]` and `0.0.0.0` are apart, as the listener
    /// sets IPV6_V6ONLY.
    func collides(with other: Address) -> Bool {
        switch (self, other) {
        case (.unix(let left), .unix(let right)): return left == right
        case (.inet(let left, let port), .inet(let right, let otherPort)):
            guard port == otherPort, port != 0 else { return false }
            let (left, right) = (left == "localhost" ? "127.0.0.1" : left, right == "localhost" ? "127.0.0.1" : right)
            let apart = left.contains(":") != right.contains(":")
            return left == right || !apart && (left.isWildcard || right.isWildcard)
        default: return false
        }
    }
}

extension String {
    fileprivate var isWildcard: Bool { self == "0.0.0.0" || self == "::" }
}
