/// What the upstream is told of the client, what of the client's own claims survives, and the route.

import Classifier
import HTTPCodec
import Testing
import Vocabulary

@testable import ProxyServer

@Suite struct ForwardedFieldsTests {
    private let ipv4 = PeerAddress(ipv4: (192, 0, 2, 7), port: 4711)
    private var ipv6: PeerAddress {
        [UInt8]([0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]).withUnsafeBytes {
            PeerAddress(ipv6: $0, port: 1)
        }
    }

    private static let id = RequestID(high: 1, low: 2)
    private static let idText = "00000000000000010000000000000002"

    /// What the upstream sees of the head: the kept fields, then ours.
    private func sent(
        _ fields: String = "", version: String = "1.1", peer: PeerAddress? = nil, _ change: (inout HeaderOptions) -> Void = { _ in }
    ) throws -> [String] {
        var options = HeaderOptions()
        change(&options)
        let wire = Array("GET /a HTTP/\(version)\r\nHost: h.example\r\n\(fields)\r\n".utf8)
        let table = FieldTable(capacity: 128)
        return try wire.withUnsafeBytes { bytes in
            guard case .head(let head) = RequestParser.parse(bytes, into: table, limits: Limits()) else {
                throw StartFailure("the request was refused")
            }
            let forwarded = ForwardedFields(options: options, table: table, head: head, bytes: bytes)
            let bound = ByteBuffer.requestSizeBound(head, table) + ForwardedFields.sizeBound(head)
            let text = Rendering.text(capacity: bound) {
                $0.appendRequestHead(head, table: table, bytes: bytes, dropping: forwarded.replaced)
                forwarded.append(peer: peer ?? ipv4, id: Self.id, to: &$0)
            }
            return text.split(separator: "\r\n").dropFirst(2).map(String.init)
        }
    }

    @Test func byDefaultTheUpstreamLearnsWhoAsked() throws {
        #expect(
            try sent() == [
                "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: h.example",
                "Via: 1.1 slb", "X-Request-Id: \(Self.idText)",
            ])
    }

    @Test func theClientsOwnClaimsAreDropped() throws {
        let claims =
            "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
            + "Forwarded: for=1.2.3.4\r\nX-Route-Label: high\r\nX-Route-Confidence: 1\r\nX-Route-Source: me\r\n"
        #expect(try sent(claims) == sent())
        let silent = try sent(claims) { $0.xForwarded = false }
        #expect(silent == ["Via: 1.1 slb", "X-Request-Id: \(Self.idText)"])
    }

    @Test func aTrustedProxysClaimsAreContinued() throws {
        let claims =
            "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8, 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
            + "X-Forwarded-Host: front.example\r\nForwarded: for=1.2.3.4\r\nX-Route-Label: high\r\n"
        let lines = try sent(claims) {
            $0.trustForwarded = true
            $0.forwarded = true
        }
        #expect(
            lines == [
                "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4, 5.6.7.8, 9.9.9.9, 192.0.2.7",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: front.example",
                "Forwarded: for=192.0.2.7;host=\"h.example\";proto=http", "Via: 1.1 slb",
                "X-Request-Id: \(Self.idText)",
            ])
    }

    private func forwarded(_ peer: PeerAddress) throws -> String? {
        let lines = try sent(peer: peer) { $0.forwarded = true }
        return lines.first { $0.hasPrefix("Forwarded:") }
    }

    /// RFC 7239, 4 and 6.
    @Test func forwardedWritesEachKindOfAddress() throws {
        #expect(try forwarded(ipv4) == "Forwarded: for=192.0.2.7;host=\"h.example\";proto=http")
        #expect(try forwarded(ipv6) == "Forwarded: for=\"[2001:db8::1]\";host=\"h.example\";proto=http")
        #expect(try forwarded(PeerAddress()) == "Forwarded: for=unknown;host=\"h.example\";proto=http")
    }

    @Test func viaNamesTheVersionThatCameIn() throws {
        #expect(try sent(version: "1.0").contains("Via: 1.0 slb"))
        let silent = try sent { $0.via = false }
        #expect(!silent.contains { $0.hasPrefix("Via") })
    }

    @Test(arguments: ["abc-123", "A_b.c:d=e+f/0", String(repeating: "a", count: 128)])
    func aSaneRequestIdStays(id: String) throws {
        let ids = try sent("X-Request-Id: \(id)\r\n").filter { $0.hasPrefix("X-Request-Id") }
        #expect(ids == ["X-Request-Id: \(id)"])
    }

    @Test(arguments: ["", "a b", "a\"b", "a,b", "a;b", "<x>", String(repeating: "a", count: 129), "a\r\nX-Request-Id: b"])
    func anyOtherRequestIdIsReplaced(id: String) throws {
        let ids = try sent("X-Request-Id: \(id)\r\n").filter { $0.lowercased().hasPrefix("x-request-id") }
        #expect(ids == ["X-Request-Id: \(Self.idText)"])
        let none = try sent("X-Request-Id: \(id)\r\n") { $0.requestID = false }
        #expect(!none.contains { $0.lowercased().hasPrefix("x-request-id") })
    }

    /// `sent` renders into a buffer of exactly the bound, which traps when it does not suffice.
    @Test func theBoundHoldsForTheWorstRequest() throws {
        let values = (0..<100).map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let lines = try sent(values, peer: ipv6) {
            $0.trustForwarded = true
            $0.forwarded = true
        }
        #expect(lines.contains { $0.hasSuffix("98, 99, 2001:db8::1") })
    }
}

@Suite struct RouteFieldsTests {
    private let fields = RouteFields(labels: LabelTable(["fast", "slow"]))

    private func render(_ label: UInt8, _ confidence: Float, _ source: Source) -> String {
        let verdict = Verdict(label: Label(index: label), confidence: confidence, source: source)
        return Rendering.text { fields.append(verdict, to: &$0) }
    }

    @Test(arguments: [
        (0, "0.00"), (1, "1.00"), (0.5, "0.50"), (0.994, "0.99"), (0.996, "1.00"), (0.07, "0.07"),
        (-1, "0.00"), (2, "1.00"), (.infinity, "1.00"), (-.infinity, "0.00"),
    ] as [(Float, String)])
    func confidenceHasTwoPlaces(confidence: Float, expected: String) {
        #expect(
            render(0, confidence, .rule)
                == "X-Route-Label: fast\r\nX-Route-Confidence: \(expected)\r\nX-Route-Source: rule\r\n")
    }

    @Test func everySourceHasItsName() {
        for source in Source.allCases {
            #expect(
                render(1, 1, source)
                    == "X-Route-Label: slow\r\nX-Route-Confidence: 1.00\r\nX-Route-Source: \(source.name)\r\n")
        }
    }
}
