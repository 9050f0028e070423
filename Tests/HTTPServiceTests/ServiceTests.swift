/// The service on real sockets: exchanges, refusals, bodies, order, limits, the end.

import Testing
import Vocabulary

@testable import HTTPService

@Suite struct ServiceTests {
    @Test func keepsAConnectionForTheNextRequest() throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        for path in ["/a", "/b?c=d"] {
            try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            let (head, body) = try client.response()
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"))
            #expect(head.contains(/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/))
            #expect(!head.contains("Connection:"))
            #expect(body == (path == "/a" ? "GET|/a|||0" : "GET|/b|c=d||0"))
        }
    }

    @Test func answersPipelinedRequestsInOrderDespiteDelays() throws {
        let running = try RunningService { request in
            let isSlow = request.isPath("/slow")
            return ServiceResponse(body: Array(request.path), delay: isSlow ? .milliseconds(60) : .zero)
        }
        let client = try running.client()
        let paths = ["/slow", "/fast", "/slow", "/last"]
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for path in paths { #expect(try client.response().body == path) }
    }

    @Test func aDelayHoldsUpNobodyElse() throws {
        var options = ServiceOptions()
        options.drain = .milliseconds(10)
        let running = try RunningService(options) { request in
            let isSlow = request.isPath("/slow")
            return ServiceResponse(body: Array(request.path), delay: isSlow ? .seconds(60) : .zero)
        }
        let slow = try running.client()
        try slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        let fast = try running.client()
        try fast.send("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try fast.response().body == "/fast")
    }

    @Test func manyPipelinedRequestsWithLargeAnswers() throws {
        let running = try RunningService { _ in ServiceResponse(body: Array(repeating: 0x78, count: 40_000)) }
        let client = try running.client()
        try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 200))
        for _ in 0..<200 { #expect(try client.response().body.utf8.count == 40_000) }
    }

    @Test func readsBodiesOfBothFramings() throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        try client.send("POST /l HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try client.response().body == "POST|/l||hello|5")
        try client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n")
        try client.send("2;a=b\r\nlo\r\n0\r\nX-T: 1\r\n\r\nGET /n HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().body == "POST|/c||hello|5")
        #expect(try client.response().body == "GET|/n|||0")
    }

    @Test func keepsTheFirstBytesOfALargeBodyAndCountsTheRest() throws {
        var options = ServiceOptions()
        options.body = .prefix(8)
        let running = try RunningService(options, handler: echo)
        let client = try running.client()
        let size = 20_000_000
        try client.send("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n01234567")
        try client.send([UInt8](repeating: 0x2E, count: size - 8))
        #expect(try client.response().body == "PUT|/big||01234567|\(size)")
    }

    @Test func refusesABodyOverTheLimit() throws {
        var options = ServiceOptions()
        options.body = .whole(limit: 4)
        let running = try RunningService(options, handler: echo)
        for framing in ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"] {
            let client = try running.client()
            try client.send("POST / HTTP/1.1\r\nHost: x\r\n\(framing)")
            #expect(try client.rest().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func answersMalformedRequestsOnceAndCloses(request: String) throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        try client.send(request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        let all = try client.rest()
        #expect(all.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(all.contains("Connection: close\r\n"))
        #expect(all.contains("{\"error\":{\"code\":\""))
        #expect(!all.contains("smuggled"))
    }

    @Test func headAnswersWithoutABody() throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        try client.send("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let all = try client.rest()
        #expect(all.contains("Content-Length: 11\r\n"))
        #expect(all.hasSuffix("\r\n\r\n"))
    }

    @Test func saysContinueBeforeABodyThatWaitsForIt() throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("ok")
        #expect(try client.response().body == "POST|/||ok|2")
    }

    @Test func oldClientsAreServedAndClosed() throws {
        let running = try RunningService(handler: echo)
        let client = try running.client()
        try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.response().head.contains("Connection: keep-alive\r\n"))
        try client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(try client.rest().contains("Connection: close\r\n"))
    }

    @Test func answersAClientThatHasEndedItsSide() throws {
        let running = try RunningService { _ in ServiceResponse(body: [0x78], delay: .milliseconds(20)) }
        let client = try running.client()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.endSending()
        #expect(try client.rest().matches(of: /HTTP\/1.1 200/).count == 2)
    }

    @Test func waitsAtTheConnectionLimitAndRecovers() throws {
        var options = ServiceOptions()
        options.connections = 1
        let running = try RunningService(options, handler: echo)
        var first: Client? = try running.client()
        try first?.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try first?.response().body == "GET|/1|||0")
        let second = try running.client()
        try second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        first = nil
        #expect(try second.response().body == "GET|/2|||0")
    }

    @Test func givesUpOnAHeadThatDoesNotCome() throws {
        var options = ServiceOptions()
        options.requestHead = .milliseconds(50)
        let running = try RunningService(options, handler: echo)
        let client = try running.client()
        try client.send("GET / HTTP/1.1\r\nHo")
        #expect(try client.rest().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test func closesAnIdleConnection() throws {
        var options = ServiceOptions()
        options.idle = .milliseconds(50)
        let running = try RunningService(options, handler: echo)
        #expect(try running.client().rest().isEmpty)
    }

    @Test func stoppingFinishesWhatRuns() throws {
        let running = try RunningService { request in
            ServiceResponse(body: Array(request.path), delay: .milliseconds(150))
        }
        let idle = try running.client()
        let busy = try running.client()
        try busy.send("GET /busy HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        _ = try busy.read(until: "\r\n\r\n")
        try busy.send("b")
        running.service.stop()
        #expect(try idle.rest().isEmpty)
        let answer = try busy.rest()
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.contains("Connection: close\r\n"))
        running.stop()
    }
}
