/// Taking a body's framing off as its bytes arrive, and knowing exactly where the message ends. It
/// copies nothing, keeps nothing but counters, and never hands on a byte of framing.
import Vocabulary

public struct BodyDecoder: Sendable {
    /// What a call found. `consumed` counts from the start of the input; ranges lie within it.
    public enum Step: Equatable, Sendable {
        /// Look at `isComplete` afterwards: a known length ends with its last byte.
        case data(consumed: Int, payload: Range<Int>)
        case needMore(consumed: Int)
        /// `trailers` are validated field lines, each with its CRLF, without the empty line.
        case end(consumed: Int, trailers: Range<Int>)
        case refused(Refusal)
    }

    private enum State: Equatable {
        case complete, length, untilClose
        case line, data, dataCR, dataLF, trailers
        case refused(Refusal)
    }

    private var state: State
    /// Bytes still to come of the known length or of the current chunk.
    private var left: UInt64 = 0
    /// Payload of all chunks so far, the current one counted in full.
    private var total: UInt64 = 0
    private var line = ChunkLine()
    private var scanner = HeadScanner()
    private let side: MessageSide

    public init(_ framing: BodyFraming, side: MessageSide = .request) {
        self.side = side
        switch framing {
        case .none, .length(0): state = .complete
        case .length(let length):
            state = .length
            left = length
        case .chunked: state = .line
        case .untilClose: state = .untilClose
        }
    }

    public var isComplete: Bool { state == .complete }

    /// Bytes of payload still to come, where `Content-Length` says so.
    public var remaining: UInt64? { state == .length ? left : nil }

    /// Whether the next `count` bytes are payload and nothing else.
    public func isPayload(next count: Int) -> Bool {
        state == .untilClose || (state == .length && left >= UInt64(count))
    }

    /// `limits.body` bounds request bodies only.
    public mutating func next(_ input: Bytes, limits: Limits) -> Step {
        switch state {
        case .complete: return .end(consumed: 0, trailers: 0..<0)
        case .refused(let refusal): return .refused(refusal)
        case .length: return known(input)
        case .untilClose:
            return input.isEmpty
                ? .needMore(consumed: 0) : .data(consumed: input.count, payload: 0..<input.count)
        case .line, .data, .dataCR, .dataLF, .trailers: return chunked(input, limits)
        }
    }

    /// `count` bytes of a body of known length, or of one that ends with the connection, have gone
    /// by without being read here.
    public mutating func skip(_ count: UInt64) {
        if state == .untilClose { return }
        precondition(state == .length && count <= left, "skipped more than there is")
        left &-= count
        if left == 0 { state = .complete }
    }

    /// The peer has closed. True if that is a clean end of the body.
    public mutating func closed() -> Bool {
        if state == .untilClose { state = .complete }
        return state == .complete
    }

    private mutating func known(_ input: Bytes) -> Step {
        let count = Int(min(left, UInt64(input.count)))
        guard count > 0 else { return .needMore(consumed: 0) }
        left &-= UInt64(count)
        if left == 0 { state = .complete }
        return .data(consumed: count, payload: 0..<count)
    }
}

extension BodyDecoder {
    /// RFC 9112, 7.1.
    private mutating func chunked(_ input: Bytes, _ limits: Limits) -> Step {
        var offset = 0
        while offset < input.count || state == .trailers {
            switch state {
            case .line:
                let outcome = line.read(input[offset])
                offset &+= 1
                switch outcome {
                case .more: break
                case .refused(let reason): return refuse(reason)
                case .size(let size):
                    if let reason = begin(size, limits) { return refuse(reason) }
                }
            case .data:
                return data(input, from: offset)
            case .dataCR:
                guard input[offset] == ASCII.carriageReturn else { return refuse(.badChunkEnd) }
                offset &+= 1
                state = .dataLF
            case .dataLF:
                guard input[offset] == ASCII.lineFeed else { return refuse(.badChunkEnd) }
                offset &+= 1
                state = .line
            case .trailers:
                return trailers(input, from: offset, limits)
            case .complete, .length, .untilClose, .refused:
                preconditionFailure("not a state of the chunked coding")
            }
        }
        return .needMore(consumed: offset)
    }

    private mutating func begin(_ size: UInt64, _ limits: Limits) -> RefusalReason? {
        if size == 0 {
            state = .trailers
            return nil
        }
        // Both fit 63 bits, so that the sum fits 64.
        let sum = total &+ size
        guard sum <= UInt64(Int64.max) else { return .badChunkSize }
        if side == .request, let limit = limits.body, sum > limit { return .bodyTooLarge }
        total = sum
        left = size
        state = .data
        return nil
    }

    private mutating func data(_ input: Bytes, from offset: Int) -> Step {
        let count = Int(min(left, UInt64(input.count &- offset)))
        left &-= UInt64(count)
        if left == 0 { state = .dataCR }
        return .data(consumed: offset &+ count, payload: offset..<(offset &+ count))
    }

    /// The section is taken whole or not at all, bounded as a head is.
    private mutating func trailers(_ input: Bytes, from start: Int, _ limits: Limits) -> Step {
        let rest = input.slice(start, input.count)
        switch scanner.scan(rest, limits: limits, side: side, section: true) {
        case .incomplete: return .needMore(consumed: start)
        case .refused(let refusal): return refuse(refusal.reason)
        case .complete(let length):
            var offset = 0
            var fields = 0
            while offset < length {
                switch FieldLine.parse(rest, at: offset) {
                case .refused(let reason): return refuse(reason)
                case .empty(let end): offset = end
                case .line(let line):
                    offset = line.end
                    fields &+= 1
                    guard fields <= limits.headers else { return refuse(.tooManyHeaders) }
                }
            }
            state = .complete
            return .end(consumed: start &+ length, trailers: start..<(start &+ length &- 2))
        }
    }

    private mutating func refuse(_ reason: RefusalReason) -> Step {
        let refusal = Refusal(reason, side)
        state = .refused(refusal)
        return .refused(refusal)
    }
}
