/// What we write, we read back the same: random well-formed messages from a seed, rewritten and
/// parsed again; and random damage that must never trap.
import HTTPCodec
import Testing
import Vocabulary

@Suite struct RoundTripTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func requestsMeanTheSameAfterwards(_ seed: UInt64) {
        var random = Dice(seed)
        for _ in 0..<300 {
            let text = random.request()
            let once = Rewriting.request(text) + "\r\n"
            #expect(!once.hasPrefix("4"), "\(text.debugDescription): \(once)")
            let twice = Rewriting.request(once) + "\r\n"
            #expect(once == twice, "seed \(seed): \(text.debugDescription)")
        }
    }

    @Test(arguments: [UInt64(5), 6, 7, 8])
    func bodiesSurviveRechunking(_ seed: UInt64) {
        var random = Dice(seed)
        let head = latin("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<100 {
            var body: [UInt8] = []
            var wire = head
            for _ in 0..<random.below(6) {
                let piece = (0...random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                body += piece
                wire += latin(Rewriting.written(piece.count + ByteBuffer.chunkOverhead) { buffer in
                    buffer.appendChunkHeader(size: piece.count)
                    piece.withUnsafeBytes { buffer.append($0) }
                    buffer.appendChunkEnd()
                })
            }
            wire += latin("0\r\n\r\n")
            var arrivals: [Int] = []
            var arrived = 0
            while arrived < wire.count {
                arrived = min(wire.count, arrived + 1 + random.below(50))
                arrivals.append(arrived)
            }
            let outcome = Exchange(side: .request).run(wire, arrivals: arrivals)
            #expect(outcome.isAccepted)
            #expect(outcome.messages.first?.body == body, "seed \(seed)")
        }
    }

    @Test(arguments: [UInt64(9), 10])
    func damageNeverTraps(_ seed: UInt64) throws {
        var random = Dice(seed)
        for folder in ["requests", "responses"] {
            let side: MessageSide = folder == "requests" ? .request : .response
            for specimen in try Corpus.load("\(folder)/accepted") where specimen.bytes.count < 1000 {
                for _ in 0..<20 {
                    var bytes = specimen.bytes
                    for _ in 0...random.below(3) {
                        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                    }
                    let whole = Exchange(side: side).run(bytes, arrivals: [bytes.count])
                    let bytewise = Exchange(side: side).run(bytes, arrivals: Array(1...bytes.count))
                    #expect(whole == bytewise, "\(specimen), seed \(seed): \(text(bytes.span))")
                }
            }
        }
    }

    private func text(_ span: Span<UInt8>) -> String {
        span.withUnsafeBytes { HTTPCodecTests.text($0) }
    }
}

/// SplitMix64.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    mutating func request() -> String {
        let authority = pick(["h.example", "[::1]:80", "127.0.0.1", "a-b_c:8080"])
        let path = pick(["/", "/a/b", "/%41", "/a/../b", "/x;y=z"])
        let query = pick(["", "?", "?a=b&c", "?100%"])
        let target = pick([
            path + query, "http://\(authority)\(path)\(query)", "HTTPS://\(authority)\(query)",
        ])
        let method = pick(["GET", "POST", "DELETE", "BREW"])
        var text = "\(method) \(target) HTTP/1.1\r\nHost:\(pick(["", " ", "\t "]))\(authority)\r\n"
        for _ in 0..<below(8) {
            text += pick([
                "X-A:b\r\n", "Accept: */* \r\n", "Connection: X-A, te\r\n", "Cookie: \u{E9}\t=1\r\n",
                "X-E:\r\n", "TE: trailers\r\n", "Keep-Alive: 5\r\n", "X_A: lookalike\r\n", "Via: 1.1 p\r\n",
            ])
        }
        return text + pick(["", "Content-Length: 007\r\n", "Transfer-Encoding: Chunked\r\n"]) + "\r\n"
    }
}
