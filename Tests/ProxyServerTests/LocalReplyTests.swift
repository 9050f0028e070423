/// What slb says in its own words is valid HTTP and valid JSON for every failure there is.

import Foundation
import HTTPCodec
import Session
import Testing
import Vocabulary

@testable import ProxyServer

@Suite struct LocalReplyTests {
    private static let failures: [Failure] =
        [
            .noEndpoint, .upstreamClosed, .malformedResponse, .responseTimeout, .requestTimeout, .truncated,
            .downstreamLost, .overloaded,
        ]
        + RefusalReason.allCases.flatMap { reason in
            [400, 405, 408, 413, 414, 417, 431, 501, 502, 505].map { .refused(Refusal(status: $0, reason: reason)) }
        }

    private func render(_ reply: LocalReply) -> String {
        var date = DateLine()
        date.refresh(at: 784_111_777_000_000_000)
        return Rendering.text { reply.append(date: date, to: &$0) }
    }

    private func reply(_ failure: Failure, closes: Bool = true, keeps: Bool = false, omits: Bool = false) -> String {
        render(LocalReply(failure: failure, closes: closes, keepsAliveExplicitly: keeps, omitsBody: omits))
    }

    private struct Body: Decodable {
        struct Reason: Decodable {
            var code: String
            var message: String
        }
        var error: Reason
    }

    private func split(_ text: String) throws -> (head: [Substring], body: Substring) {
        let end = try #require(text.firstRange(of: "\r\n\r\n"))
        return (text[..<end.lowerBound].split(separator: "\r\n"), text[end.upperBound...])
    }

    @Test func everyFailureIsJSONOfTheLengthItSays() throws {
        for failure in Self.failures {
            let text = reply(failure)
            let (head, body) = try split(text)
            #expect(head.contains("Content-Length: \(body.utf8.count)"), "\(failure)")
            let parsed = try JSONDecoder().decode(Body.self, from: Data(body.utf8))
            #expect(parsed.error.code == "\(failure.code)")
            #expect(parsed.error.message == "\(failure.message)")
            #expect(text.utf8.count <= LocalReply.sizeBound, "\(failure)")
        }
    }

    /// 499 is for the log: nobody is there to read it, and no status line is made for it.
    @Test func theStatusLineSaysTheStatus() throws {
        for failure in Self.failures where failure != .downstreamLost {
            let (head, _) = try split(reply(failure))
            #expect(head.first?.hasPrefix("HTTP/1.1 \(failure.status) ") == true, "\(failure)")
        }
    }

    @Test func omittingTheBodyKeepsItsLength() throws {
        for failure in Self.failures {
            let (head, body) = try split(reply(failure, omits: true))
            let (whole, content) = try split(reply(failure))
            #expect(body.isEmpty)
            #expect(head == whole)
            #expect(head.contains("Content-Length: \(content.utf8.count)"))
        }
    }

    @Test func theConnectionFieldSaysWhatHappensNext() throws {
        let field = { (text: String) in
            text.split(separator: "\r\n").first { $0.hasPrefix("Connection:") }.map(String.init)
        }
        #expect(field(reply(.noEndpoint, closes: true)) == "Connection: close")
        #expect(field(reply(.noEndpoint, closes: true, keeps: true)) == "Connection: close")
        #expect(field(reply(.noEndpoint, closes: false, keeps: true)) == "Connection: keep-alive")
        #expect(field(reply(.noEndpoint, closes: false)) == nil)
    }

    @Test func comingBackIsSuggestedWhereItHelps() throws {
        #expect(reply(.noEndpoint).contains("\r\nRetry-After: 1\r\n"))
        #expect(reply(.overloaded).contains("\r\nRetry-After: 1\r\n"))
        #expect(!reply(.upstreamClosed).contains("Retry-After"))
    }

    /// RFC 9110, 15.5.6: a 405 must name the methods there are.
    @Test func aMethodThatIsNotAllowedIsToldWhichAre() {
        let refused = Failure.refused(Refusal(status: 405, reason: .methodNotAllowed))
        #expect(reply(refused).contains("\r\nAllow: GET, HEAD, "))
        #expect(!reply(.truncated).contains("Allow:"))
    }
}

@Suite struct DateLineTests {
    /// RFC 9110, 5.6.7 gives this example.
    @Test func isTheExampleOfTheStandard() {
        var date = DateLine()
        date.refresh(at: 784_111_777_000_000_000)
        #expect(Rendering.text { date.append(to: &$0) } == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    }

    @Test func changesWithTheSecondOnly() {
        var date = DateLine()
        let last = Rendering.text { date.append(at: 784_111_777_999_999_999, to: &$0) }
        #expect(last == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
        let next = Rendering.text { date.append(at: 784_111_778_000_000_000, to: &$0) }
        #expect(next == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n")
    }
}

@Suite struct IdentitySourceTests {
    /// SplitMix64 from seed 0, as published with the generator.
    @Test func isSplitMix() {
        var source = IdentitySource(seed: 0)
        let first = source.next()
        #expect(first.high == 0xE220_A839_7B1D_CDAF)
        #expect(first.low == 0x6E78_9E6A_A1B9_65F4)
        #expect(Rendering.text { first.append(to: &$0) } == "e220a8397b1dcdaf6e789e6aa1b965f4")
    }

    @Test func idsKeepTheirLeadingZerosAndDoNotRepeat() {
        #expect(Rendering.text { RequestID(high: 0, low: 0xA).append(to: &$0) } == String(repeating: "0", count: 31) + "a")
        var source = IdentitySource(seed: 42)
        let ids = (0..<10_000).map { _ in
            let id = source.next()
            return Rendering.text { id.append(to: &$0) }
        }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == RequestID.textLength })
    }
}
