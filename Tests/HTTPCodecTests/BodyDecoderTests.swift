/// Bodies taken apart and put together again.
import HTTPCodec
import Testing
import Vocabulary

@Suite struct BodyDecoderTests {
    @Test func knownLengthEndsWithItsLastByte() {
        var decoder = BodyDecoder(.length(5))
        #expect(decoder.remaining == 5)
        latin("abc").withUnsafeBytes {
            let step = decoder.next($0, limits: Limits())
            #expect(step == .data(consumed: 3, payload: 0..<3))
        }
        #expect(decoder.remaining == 2 && !decoder.isComplete)
        decoder.skip(1)
        latin("eNEXT").withUnsafeBytes {
            let step = decoder.next($0, limits: Limits())
            #expect(step == .data(consumed: 1, payload: 0..<1))
            #expect(decoder.isComplete)
            let after = decoder.next($0, limits: Limits())
            #expect(after == .end(consumed: 0, trailers: 0..<0))
        }
    }

    @Test func closingIsAnEndOnlyWhereTheFramingSaysSo() {
        var untilClose = BodyDecoder(.untilClose, side: .response)
        var cut = BodyDecoder(.length(1))
        var chunked = BodyDecoder(.chunked)
        var none = BodyDecoder(.none)
        let clean = [untilClose.closed(), cut.closed(), chunked.closed(), none.closed()]
        #expect(clean == [true, false, false, true])
        #expect(untilClose.isComplete && BodyDecoder(.length(0)).isComplete)
    }

    @Test func bodyLimitCountsPayloadOfRequestsOnly() {
        var limits = Limits()
        limits.body = 8
        let wire = latin("5\r\nhello\r\n4\r\nmore\r\n0\r\n\r\n")
        let head = latin("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        let request = Exchange(side: .request, limits: limits).run(
            head + wire, arrivals: [head.count + wire.count])
        #expect(request.refusal == Refusal(status: 413, reason: .bodyTooLarge))
        let answer = latin("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        let response = Exchange(side: .response, limits: limits).run(
            answer + wire, arrivals: [answer.count + wire.count])
        #expect(response.isAccepted)
        #expect(response.messages.first?.body == latin("hellomore"))
    }

    @Test func aRefusedBodyStaysRefused() {
        var decoder = BodyDecoder(.chunked)
        latin("x5\r\nhello").withUnsafeBytes { bytes in
            let refused = BodyDecoder.Step.refused(Refusal(status: 400, reason: .badChunkSize))
            let refusal = decoder.next(bytes, limits: Limits())
            #expect(refusal == refused)
            let rest = Bytes(rebasing: bytes[1...])
            let step = decoder.next(rest, limits: Limits())
            #expect(step == refused)
        }
    }

    @Test func trailersComeWholeAndOnlyHarmlessOnesGoOn() {
        let section = "X-Sum: 1\r\nContent-Length: 5\r\nHost:h\r\nX-Route-Label: a\r\nx_forwarded_foo: b\r\n"
            + "Transfer_Encoding: x\r\nGrpc-Status:0\r\nSet-Cookie: a=b\r\nAuthorization: x\r\n"
        let wire = latin("0\r\n\(section)\r\n")
        wire.withUnsafeBytes { bytes in
            var decoder = BodyDecoder(.chunked)
            let first = Bytes(rebasing: bytes[0..<20])
            let held = decoder.next(first, limits: Limits())
            #expect(held == .needMore(consumed: 3))
            let rest = Bytes(rebasing: bytes[3...])
            let expected = BodyDecoder.Step.end(
                consumed: rest.count, trailers: 0..<(rest.count - 2))
            let step = decoder.next(rest, limits: Limits())
            #expect(step == expected)
            let trailers = Bytes(rebasing: rest[0..<(rest.count - 2)])
            let written = Rewriting.written(ByteBuffer.lastChunkSizeBound(trailers: trailers)) {
                $0.appendLastChunk(trailers: trailers)
            }
            #expect(written == "0\r\nX-Sum: 1\r\nGrpc-Status: 0\r\n\r\n")
        }
    }

    @Test func chunksAreWrittenInHexadecimal() {
        let written = Rewriting.written(200) {
            for size in [1, 9, 10, 15, 16, 255, 4096, 65_535, Int.max] { $0.appendChunkHeader(size: size) }
            $0.appendChunkEnd()
            $0.appendLastChunk(trailers: Bytes(start: nil, count: 0))
            $0.appendField("A", 0)
            $0.appendField("B", UInt64.max)
            $0.appendField("C", "d" as StaticString)
            $0.appendEndOfHead()
        }
        #expect(
            written == "1\r\n9\r\na\r\nf\r\n10\r\nff\r\n1000\r\nffff\r\n7fffffffffffffff\r\n\r\n0\r\n\r\n"
                + "A: 0\r\nB: 18446744073709551615\r\nC: d\r\n\r\n")
    }
}
