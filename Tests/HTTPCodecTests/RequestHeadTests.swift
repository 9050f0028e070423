/// What a request head means, and what of it reaches the upstream.
import HTTPCodec
import Testing
import Vocabulary

@Suite struct RequestHeadTests {
    private func parse(_ text: String) throws -> RequestHead {
        let wire = latin(text)
        let table = FieldTable(capacity: 128)
        let result = wire.withUnsafeBytes {
            RequestParser.parse($0, into: table, limits: Limits())
        }
        guard case .head(let head) = result else {
            Issue.record("refused: \(result)")
            throw Refusal(status: 0, reason: .badTarget)
        }
        return head
    }

    @Test func rewritesFromParts() {
        let text = Rewriting.request(
            "POST /a/b?c=d HTTP/1.1\r\nhost:h.example:81\r\nContent-Type:  text/plain \r\n"
                + "X-A:b\r\nContent-Length: 0012\r\n\r\n")
        #expect(
            text == "POST /a/b?c=d HTTP/1.1\r\nHost: h.example:81\r\nContent-Type: text/plain\r\n"
                + "X-A: b\r\nContent-Length: 12\r\n")
    }

    @Test func absoluteFormReplacesHost() {
        #expect(
            Rewriting.request("GET HTTP://b.example:8/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n")
                == "GET /x?y HTTP/1.1\r\nHost: b.example:8\r\n")
        #expect(
            Rewriting.request("GET http://b.example?y HTTP/1.1\r\nHost: a.example\r\n\r\n")
                == "GET /?y HTTP/1.1\r\nHost: b.example\r\n")
        #expect(
            Rewriting.request("OPTIONS http://b.example HTTP/1.1\r\nHost: a.example\r\n\r\n")
                == "OPTIONS * HTTP/1.1\r\nHost: b.example\r\n")
        #expect(
            Rewriting.request("OPTIONS http://b.example?q HTTP/1.1\r\nHost: a.example\r\n\r\n")
                == "OPTIONS /?q HTTP/1.1\r\nHost: b.example\r\n")
    }

    @Test func oldClientsGetOurVersionAndAHost() throws {
        #expect(
            Rewriting.request("GET /? HTTP/1.0\r\n\r\n") == "GET /? HTTP/1.1\r\nHost: localhost\r\n")
        #expect(try !parse("GET / HTTP/1.0\r\n\r\n").keepAlive)
        #expect(try parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keepAlive)
        #expect(try !parse("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").keepAlive)
    }

    @Test func hopByHopEndsHere() {
        let text = Rewriting.request(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Foo, Upgrade\r\nx-foo: 1\r\nX-Bar: 2\r\n"
                + "Keep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: gzip\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMA\r\nExpect: 100-continue\r\nProxy-Authorization: x\r\n"
                + "Proxy: http://evil\r\nTrailer: X\r\n\r\n")
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\nX-Bar: 2\r\n")
    }

    @Test(arguments: [
        "Cookie: a=b", "Authorization: Basic x", "Content-Type: a/b", "Content-Encoding: gzip",
        "Cache-Control: no-store", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: h", "Forwarded: for=x",
        "Via: 1.1 x", "X-Request-Id: 7", "traceparent: 00-1", "tracestate: a=b", "Origin: http://h",
        "Date: now", "X-Route-Label: l", "X-Real-IP: 1.2.3.4", "If-None-Match: x", "Range: bytes=0-1",
    ])
    func connectionCannotStripWhatProtects(_ field: String) {
        let name = field.prefix { $0 != ":" }
        let text = Rewriting.request(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: \(name), host\r\n\(field)\r\n\r\n")
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\n\(field)\r\n")
    }

    @Test func connectionCannotStripFraming() {
        #expect(
            Rewriting.request(
                "POST / HTTP/1.1\r\nHost: h\r\nConnection: content-length\r\nContent-Length: 5\r\n\r\n")
                == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n")
        #expect(
            Rewriting.request(
                "POST / HTTP/1.1\r\nHost: h\r\nConnection: transfer-encoding\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n") == "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n")
    }

    @Test func dropsWhatTheProxyReplacesAndItsLookalikes() {
        let text = Rewriting.request(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Route-Label: a\r\nX_Route_Label: b\r\nx.route-label: c\r\n"
                + "X-Forwarded-For: 1\r\nX_FORWARDED_FOR: 2\r\nX_Other: d\r\n\r\n",
            dropping: [FieldSet(.xRouteLabel), FieldSet(.xForwardedFor)])
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\nX_Other: d\r\n")
    }

    @Test func lookalikesAreNotTheNameTheyImitate() {
        let wire = latin("GET / HTTP/1.1\r\nHost: h\r\nContent_Type: a/b\r\nX-Request-Id: 1\r\n\r\n")
        let table = FieldTable(capacity: 8)
        wire.withUnsafeBytes { bytes in
            guard case .head(let head) = RequestParser.parse(bytes, into: table, limits: Limits())
            else {
                Issue.record("refused")
                return
            }
            #expect(head.contentType.isEmpty)
            #expect(table.first(.contentType, in: bytes) == nil)
            #expect(table.name(at: 1) == .other)
            #expect(!table.contains(.contentType))
            #expect(table.first(.xRequestID, in: bytes).map(text) == "1")
        }
    }

    @Test func trailersAreAskedForAnew() {
        #expect(
            Rewriting.request("GET / HTTP/1.1\r\nHost: h\r\nTE: gzip;q=0.5, Trailers\r\n\r\n")
                == "GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\n")
        #expect(
            Rewriting.request(
                "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n")
                == "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n")
    }

    @Test func expectationsNeedABody() throws {
        let expect = "Host: h\r\nExpect: 100-Continue\r\n"
        #expect(try parse("PUT / HTTP/1.1\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
        #expect(try parse("PUT / HTTP/1.1\r\n\(expect)Transfer-Encoding: chunked\r\n\r\n").expectsContinue)
        #expect(try !parse("PUT / HTTP/1.1\r\n\(expect)Content-Length: 0\r\n\r\n").expectsContinue)
        #expect(try !parse("PUT / HTTP/1.1\r\n\(expect)\r\n").expectsContinue)
        #expect(try !parse("PUT / HTTP/1.0\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
    }

    @Test func maxForwardsCountsDownForOptionsOnly() throws {
        #expect(
            Rewriting.request("OPTIONS * HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n\r\n")
                == "OPTIONS * HTTP/1.1\r\nHost: h\r\nMax-Forwards: 2\r\n")
        #expect(
            Rewriting.request("GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n\r\n")
                == "GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n")
        let many = try parse("OPTIONS / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 99999999999\r\n\r\n")
        #expect(many.maxForwards == .max)
    }

    @Test func bodyLimitIsMetByTheLength() {
        let wire = latin("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n")
        let table = FieldTable(capacity: 8)
        var limits = Limits()
        for (limit, status) in [(UInt64(11), nil), (10, UInt16(413))] {
            limits.body = limit
            let result = wire.withUnsafeBytes { RequestParser.parse($0, into: table, limits: limits) }
            if case .refused(let refusal) = result {
                #expect(refusal.status == status)
            } else {
                #expect(status == nil)
            }
        }
    }

    @Test func everyKnownNameIsFoundInAnyCase() {
        for name in FieldName.allCases where name != .other {
            let lower = "\(name.text)"
            for spelling in [lower, lower.uppercased()] {
                let wire = latin("HTTP/1.1 200 OK\r\n\(spelling):x\r\nContent-Length: 0\r\n\r\n")
                let table = FieldTable(capacity: 8)
                _ = wire.withUnsafeBytes {
                    ResponseParser.parse($0, to: .get, into: table, limits: Limits())
                }
                #expect(table.name(at: 0) == name)
            }
        }
        #expect(FieldName.allCases.count <= 64)
    }

    @Test func everyRefusalHasItsOwnWords() {
        let names = Set(RefusalReason.allCases.map { "\($0.name)" })
        let messages = Set(RefusalReason.allCases.map { "\($0.message)" })
        #expect(names.count == RefusalReason.allCases.count)
        #expect(messages.count == RefusalReason.allCases.count)
    }
}
