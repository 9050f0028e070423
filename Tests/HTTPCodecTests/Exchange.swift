/// Drives the codec as a connection would: bytes arrive in pieces, heads are scanned and parsed,
/// bodies decoded, until the bytes end or something is refused. Knows nothing of the corpus.
import HTTPCodec
import Vocabulary

struct Message: Equatable {
    var head: [String]
    var body: [UInt8] = []
    var trailers: [UInt8] = []
}

struct Outcome: Equatable {
    var messages: [Message] = []
    var refusal: Refusal?
    /// Bytes were left that are no whole message.
    var isCut = false

    var isAccepted: Bool { refusal == nil && !isCut && !messages.isEmpty }
}

struct Exchange {
    var side: MessageSide
    var method = HTTPCodec.Method.get
    var limits = Limits()

    private enum Phase {
        case head
        case body(BodyDecoder)
    }

    /// `arrivals` are how many bytes are there after each read, rising, the last all of them.
    func run(_ wire: [UInt8], arrivals: [Int]) -> Outcome {
        wire.withUnsafeBytes { run($0, arrivals: arrivals) }
    }

    func run(_ wire: Bytes, arrivals: [Int]) -> Outcome {
        let table = FieldTable(capacity: limits.headers)
        var outcome = Outcome()
        var scanner = HeadScanner()
        var phase = Phase.head
        var base = 0
        for arrived in arrivals {
            while true {
                let input = Bytes(rebasing: wire[base..<arrived])
                switch phase {
                case .head:
                    if input.isEmpty { break }
                    switch scanner.scan(input, limits: limits, side: side) {
                    case .incomplete: break
                    case .refused(let refusal):
                        outcome.refusal = refusal
                        return outcome
                    case .complete(let length):
                        scanner.reset()
                        let head = Bytes(rebasing: input[0..<length])
                        switch parse(head, table) {
                        case .failure(let refusal):
                            outcome.refusal = refusal
                            return outcome
                        case .success((let message, let framing, let isInterim)):
                            outcome.messages.append(message)
                            base += length
                            if !isInterim { phase = .body(BodyDecoder(framing, side: side)) }
                            continue
                        }
                    }
                case .body(var decoder):
                    let step = decoder.next(input, limits: limits)
                    phase = .body(decoder)
                    switch step {
                    case .refused(let refusal):
                        outcome.refusal = refusal
                        return outcome
                    case .data(let consumed, let payload):
                        outcome.messages[outcome.messages.count - 1].body += input[payload]
                        base += consumed
                        continue
                    case .end(let consumed, let trailers):
                        outcome.messages[outcome.messages.count - 1].trailers += input[trailers]
                        base += consumed
                        phase = .head
                        continue
                    case .needMore(let consumed):
                        base += consumed
                    }
                }
                break
            }
        }
        switch phase {
        case .head: outcome.isCut = base < wire.count
        case .body(var decoder): outcome.isCut = !decoder.closed()
        }
        return outcome
    }

    private func parse(
        _ head: Bytes, _ table: FieldTable
    ) -> Result<(Message, BodyFraming, Bool), Refusal> {
        switch side {
        case .request:
            switch RequestParser.parse(head, into: table, limits: limits) {
            case .refused(let refusal): return .failure(refusal)
            case .head(let parsed):
                let lines = [
                    text(parsed.method.of(head)), text(parsed.path.of(head)),
                    text(parsed.query.of(head)), text(parsed.authority.of(head)),
                    text(parsed.contentType.of(head)), "\(parsed.framing)", "\(parsed.keepAlive)",
                    "\(parsed.minorVersion)", "\(parsed.expectsContinue)",
                ]
                return .success((Message(head: lines + fields(head, table)), parsed.framing, false))
            }
        case .response:
            switch ResponseParser.parse(head, to: method, into: table, limits: limits) {
            case .refused(let refusal): return .failure(refusal)
            case .head(let parsed):
                let lines = [
                    "\(parsed.status)", text(parsed.reason.of(head)), "\(parsed.framing)",
                    "\(parsed.keepAlive)", "\(parsed.minorVersion)",
                ]
                return .success(
                    (Message(head: lines + fields(head, table)), parsed.framing, parsed.isInterim))
            }
        }
    }

    private func fields(_ head: Bytes, _ table: FieldTable) -> [String] {
        table.fields.map {
            let name = ByteRange(offset: $0.nameOffset, length: $0.nameLength)
            let value = ByteRange(offset: $0.valueOffset, length: $0.valueLength)
            return text(name.of(head)) + "=" + text(value.of(head))
        }
    }
}

extension Refusal: Error {}

/// Latin-1, so that every byte shows.
func text(_ bytes: Bytes) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

func latin(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
