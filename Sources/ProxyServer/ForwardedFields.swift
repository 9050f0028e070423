/// What the upstream is told about where a request came from, and which of the client's own claims
/// are dropped for it.

import HTTPCodec
import Vocabulary

struct ForwardedFields {
    private static let names: FieldSet = [.init(.xForwardedFor), .init(.xForwardedProto), .init(.xForwardedHost)]
    private static let verdict: FieldSet = [.init(.xRouteLabel), .init(.xRouteConfidence), .init(.xRouteSource), .init(.xRouteExplain)]
    /// Longest request id that is taken over from a client.
    private static let longestID = 128

    let options: HeaderOptions
    let table: FieldTable
    let head: RequestHead
    let bytes: Bytes
    /// The client's `X-Request-Id` stays.
    let keepsID: Bool

    init(options: HeaderOptions, table: FieldTable, head: RequestHead, bytes: Bytes) {
        self.options = options
        self.table = table
        self.head = head
        self.bytes = bytes
        keepsID = Self.hasOneSaneID(table, bytes)
    }

    /// Bytes that `append` writes besides what it takes over from dropped fields.
    static func sizeBound(_ head: RequestHead) -> Int { 768 + 2 * Int(head.authority.length) }

    /// Fields of the client that must not reach the upstream as they are.
    var replaced: FieldSet {
        var set = Self.verdict
        // Trusted and not written anew: they pass as they are.
        if options.xForwarded || !options.trustForwarded { set.formUnion(Self.names) }
        if !options.trustForwarded { set.insert(.init(.forwarded)) }
        if !keepsID { set.insert(.init(.xRequestID)) }
        return set
    }

    func append(peer: PeerAddress, id: RequestID, to out: inout ByteBuffer) {
        if options.xForwarded {
            out.append("X-Forwarded-For: ")
            if options.trustForwarded { appendEarlier(.xForwardedFor, to: &out) }
            append(peer, to: &out)
            out.append("\r\n")
            appendOnce(.xForwardedProto, "X-Forwarded-Proto", Self.http, to: &out)
            appendOnce(.xForwardedHost, "X-Forwarded-Host", head.authority.of(bytes), to: &out)
        }
        if options.forwarded { appendForwarded(peer, to: &out) }
        if options.via { out.append(head.minorVersion == 1 ? "Via: 1.1 slb\r\n" : "Via: 1.0 slb\r\n") }
        if options.requestID, !keepsID {
            out.append("X-Request-Id: ")
            id.append(to: &out)
            out.append("\r\n")
        }
    }

    private static var http: Bytes {
        let text: StaticString = "http"
        return Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private func appendOnce(_ name: FieldName, _ text: StaticString, _ ours: Bytes, to out: inout ByteBuffer) {
        let theirs = options.trustForwarded ? table.first(name, in: bytes) : nil
        let value = theirs ?? ours
        if !value.isEmpty { out.appendField(text, value) }
    }

    /// All the values of a list field, each with a comma behind it.
    private func appendEarlier(_ name: FieldName, to out: inout ByteBuffer) {
        for index in 0..<table.count where table.name(at: index) == name {
            let field = table.fields[index]
            let value = ByteRange(offset: field.valueOffset, length: field.valueLength)
            guard !value.isEmpty else { continue }
            out.append(value.of(bytes))
            out.append(", ")
        }
    }

    private func append(_ peer: PeerAddress, to out: inout ByteBuffer) {
        out.produced(peer.write(to: out.writable))
    }

    /// RFC 7239; an IPv6 address is quoted in brackets, a Unix socket is `unknown`.
    private func appendForwarded(_ peer: PeerAddress, to out: inout ByteBuffer) {
        out.append("Forwarded: for=")
        if peer.isUnix {
            out.append("unknown")
        } else if peer.isIPv4 {
            append(peer, to: &out)
        } else {
            out.append("\"[")
            append(peer, to: &out)
            out.append("]\"")
        }
        if !head.authority.isEmpty {
            out.append(";host=\"")
            out.append(head.authority.of(bytes))
            out.append("\"")
        }
        out.append(";proto=http\r\n")
    }

    private static func hasOneSaneID(_ table: FieldTable, _ bytes: Bytes) -> Bool {
        guard let first = table.first(.xRequestID, in: bytes), isSane(first) else { return false }
        var count = 0
        for index in 0..<table.count where table.name(at: index) == .xRequestID { count += 1 }
        return count == 1
    }

    private static func isSane(_ value: Bytes) -> Bool {
        guard !value.isEmpty, value.count <= longestID else { return false }
        return value.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}
