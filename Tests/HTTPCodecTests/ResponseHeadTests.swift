/// How an answer's body ends, whether its connection lives on, and what of it reaches the client.
import HTTPCodec
import Testing
import Vocabulary

@Suite struct ResponseHeadTests {
    private func parse(_ text: String, to method: HTTPCodec.Method = .get) throws -> ResponseHead {
        let wire = latin(text)
        let table = FieldTable(capacity: 128)
        let result = wire.withUnsafeBytes {
            ResponseParser.parse($0, to: method, into: table, limits: Limits())
        }
        guard case .head(let head) = result else {
            Issue.record("refused: \(result)")
            throw Refusal(status: 0, reason: .badStatus)
        }
        return head
    }

    @Test func framingFollowsRFC9112() throws {
        let ok = "HTTP/1.1 200 OK\r\n"
        #expect(try parse("\(ok)\r\n").framing == .untilClose)
        #expect(try !parse("\(ok)\r\n").keepAlive)
        #expect(try parse("\(ok)Content-Length: 0\r\n\r\n").framing == .length(0))
        #expect(try parse("\(ok)Content-Length: 0\r\n\r\n").keepAlive)
        #expect(try parse("\(ok)Transfer-Encoding: chunked\r\n\r\n").framing == .chunked)
        #expect(try parse("\(ok)Content-Length: 9\r\n\r\n", to: .head).framing == .none)
        #expect(try parse("\(ok)Content-Length: 9\r\n\r\n", to: .head).describedLength == 9)
        #expect(try parse("\(ok)\r\n", to: .head).keepAlive)
        #expect(try parse("HTTP/1.1 204 N\r\n\r\n").framing == .none)
        #expect(try parse("HTTP/1.1 304 N\r\nContent-Length: 7\r\n\r\n").describedLength == 7)
        #expect(try parse("HTTP/1.1 103 E\r\n\r\n").isInterim)
        #expect(try !parse("\(ok)Connection: close\r\nContent-Length: 1\r\n\r\n").keepAlive)
        #expect(try !parse("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n").keepAlive)
        #expect(
            try parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n").keepAlive)
    }

    @Test func rewritesFromParts() {
        #expect(
            Rewriting.response(
                "HTTP/1.0 404 Not  Found\r\nContent-Type:a/b\r\nConnection: X-Foo, Set-Cookie\r\n"
                    + "X-Foo: 1\r\nSet-Cookie: a=b\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\n"
                    + "Content-Length: 04\r\n\r\n")
                == "HTTP/1.1 404 Not  Found\r\nContent-Type: a/b\r\nSet-Cookie: a=b\r\n"
                + "Content-Length: 4\r\n")
    }

    @Test func framingMayChangeOnTheWay() {
        #expect(
            Rewriting.response("HTTP/1.1 200 OK\r\n\r\n", framing: .chunked)
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n")
        #expect(
            Rewriting.response(
                "HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n",
                framing: .untilClose) == "HTTP/1.1 200 OK\r\n")
    }

    @Test func headKeepsTheLengthAndLosesTheCoding() {
        #expect(
            Rewriting.response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", to: .head)
                == "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n")
        #expect(
            Rewriting.response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: .head)
                == "HTTP/1.1 200 OK\r\n")
        #expect(
            Rewriting.response("HTTP/1.1 204 None\r\nContent-Length: 0\r\n\r\n")
                == "HTTP/1.1 204 None\r\n")
    }

    @Test(arguments: [
        "Set-Cookie: a=b", "Content-Type: a/b", "Content-Encoding: gzip", "Cache-Control: private",
        "Location: /x", "Strict-Transport-Security: max-age=1", "Content-Security-Policy: x",
        "X-Frame-Options: DENY", "X-Content-Type-Options: nosniff", "WWW-Authenticate: Basic",
    ])
    func connectionCannotStripWhatProtects(_ field: String) {
        let name = field.prefix { $0 != ":" }
        #expect(
            Rewriting.response(
                "HTTP/1.1 200 OK\r\nConnection: \(name)\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
                == "HTTP/1.1 200 OK\r\n\(field)\r\nContent-Length: 0\r\n")
    }

    @Test func dropsRouteFieldsAndFramingLookalikes() {
        #expect(
            Rewriting.response(
                "HTTP/1.1 200 OK\r\nX-Route-Label: fake\r\nContent_Length: 9\r\nContent-Length: 1\r\n\r\n",
                dropping: [FieldSet(.xRouteLabel)])
                == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n")
    }
}
