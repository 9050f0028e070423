/// What one request needs while it is in the proxy, besides its two connections: the session's state,
/// how both bodies are framed, the verdict and what the log will want to know. Plain data in a slab.

import Classifier
import HTTPCodec
import Session
import Upstream
import Vocabulary

typealias ExchangeSlot = UnsafeMutablePointer<Exchange>

struct Exchange {
    var session: Session
    var downstream: UInt32
    var upstream = UInt32.max

    var head = RequestHead()
    var decoder: BodyDecoder
    var answerDecoder = BodyDecoder(.none, side: .response)
    /// How the response's body is framed for the client.
    var answerFraming = BodyFraming.none

    /// While inspecting: decoded body bytes behind the head in the downstream's input, and the offset
    /// behind them where undecoded bytes begin.
    var window = 0
    var undecoded = 0
    var trailers = 0..<0

    /// The serialised request until an upstream connection takes it over.
    var outgoing = ByteBuffer()
    /// Method, target and the like, kept only when the access log wants them.
    var excerpt = LogExcerpt()
    /// The request as the journal will tell it, kept only if it will.
    var journal = JournalExcerpt()

    var verdict: Verdict?
    /// The line of `X-Route-Explain`, if there is to be one.
    var reasons = ByteBuffer()
    /// Waits for the language model.
    var isParked = false
    var pool: UInt8 = 0
    var endpoint: UInt8 = 0
    var address: UInt8 = 0
    var turn = Turn(start: 0)
    var interims: UInt8 = 0

    var startedAt: Instant
    var bodySince: Instant
    var bodySeen: UInt64 = 0
    var classifySince = Instant.zero
    var classifyTook = Interval.zero
    var connectAt = Instant.zero
    var connectTook = Interval.zero
    var sentAt = Instant.zero
    var answeredAt = Instant.zero

    var requestBytes: UInt64 = 0
    var responseBytes: UInt64 = 0
    var status: UInt16 = 0
    var upstreamStatus: UInt16 = 0
    var failure: Failure?
    var id = RequestID(high: 0, low: 0)

    /// Fills an exchange slot that nobody holds.
    static var vacant: Exchange { Exchange(
        session: Session(windowLimit: 0, isIdempotent: false, expectsContinue: false), downstream: .max,
        decoder: BodyDecoder(.none), startedAt: .zero, bodySince: .zero) }
}

/// A request's own name in headers, logs and events when the client gave none.
struct RequestID {
    var high: UInt64
    var low: UInt64

    static let textLength = 32

    /// 32 lower-case hexadecimal digits.
    func append(to buffer: inout ByteBuffer) {
        hex(high, &buffer)
        hex(low, &buffer)
    }

    private func hex(_ word: UInt64, _ buffer: inout ByteBuffer) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift &-= 4
            let digit = UInt8(truncatingIfNeeded: word >> shift & 0xF)
            buffer.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
        }
    }
}
