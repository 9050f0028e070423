/// The response's half of an exchange: the upstream's head, what becomes of it for this client, and
/// the body streaming behind it.

import HTTPCodec
import Reactor
import Session
import Telemetry
import Vocabulary

extension Worker {
    /// Gets as far with the answer as the bytes at hand and the reads of one turn allow.
    func serveUpstream(_ index: UInt32) {
        let slot = connections[index]
        guard slot.pointee.phase == .exchange else { return }
        let generation = connections.generation(of: index)
        let hadOutput = !slot.pointee.output.isEmpty && !slot.pointee.retainsOutput
        if flushUpstream(index), hadOutput { enqueue(exchanges[slot.pointee.exchange].pointee.downstream) }
        var reads = Self.readsPerTurn
        while progressAnswer(index, generation) == .input {
            guard slot.pointee.isReadable else { break }
            guard reads > 0 else {
                enqueue(index)
                break
            }
            reads -= 1
            guard fillUpstream(index) else { return }
        }
        guard connections.generation(of: index) == generation else { return }
        superviseUpstream(index)
    }

    private func progressAnswer(_ index: UInt32, _ generation: UInt32) -> Demand {
        while true {
            guard connections.generation(of: index) == generation else { return .nothing }
            let slot = connections[index]
            guard slot.pointee.phase == .exchange else { return .nothing }
            let key = slot.pointee.exchange
            switch exchanges[key].pointee.session.response {
            case .awaited:
                guard let demand = readAnswerHead(index, key) else { continue }
                return demand
            case .streaming: return streamAnswer(index, key)
            case .complete: return .nothing
            }
        }
    }

    // MARK: Reading

    /// One read into the input. `false`: the connection has ended or is gone.
    private func fillUpstream(_ index: UInt32) -> Bool {
        let slot = connections[index]
        let streams = exchanges[slot.pointee.exchange].pointee.session.response == .streaming
        switch fill(slot, streams: streams) {
        case .moved, .wouldBlock: return true
        case .ended: endUpstream(index)
        case .failed: loseUpstream(index, unsent: false)
        }
        return false
    }

    /// The upstream's stream is over: the end of a body that only a close ends, or too early.
    private func endUpstream(_ index: UInt32) {
        let key = connections[index].pointee.exchange
        let exchange = exchanges[key]
        guard exchange.pointee.session.response == .streaming else { return loseUpstream(index, unsent: false) }
        guard exchange.pointee.answerDecoder.closed() else {
            return perform(exchange.pointee.session.on(.responseMalformed), for: key)
        }
        if exchange.pointee.answerFraming == .chunked {
            appendEnd(to: &connections[exchange.pointee.downstream].pointee.output)
        }
        perform(exchange.pointee.session.on(.responseEnded(reusable: false)), for: key)
    }

    // MARK: The head

    /// `nil`: something was read, look again.
    private func readAnswerHead(_ index: UInt32, _ key: UInt32) -> Demand? {
        let slot = connections[index]
        let exchange = exchanges[key]
        guard !slot.pointee.input.isEmpty else { return .input }
        let limits = shared.options.limits
        let bytes: Bytes
        switch slot.pointee.scanner.scan(slot.pointee.input.readable, limits: limits, side: .response) {
        case .incomplete: return .input
        case .refused: return refuseAnswer(key)
        case .complete(let length): bytes = Bytes(rebasing: slot.pointee.input.readable[..<length])
        }
        parsed = .max
        switch ResponseParser.parse(bytes, to: exchange.pointee.head.kind, into: fields, limits: limits) {
        case .refused: return refuseAnswer(key)
        case .head(let head): return head.isInterim ? relayInterim(head, bytes, index, key) : startAnswer(head, bytes, index, key)
        }
    }

    private func refuseAnswer(_ key: UInt32) -> Demand {
        perform(exchanges[key].pointee.session.on(.responseMalformed), for: key)
        return .nothing
    }

    /// 1xx: passed on to clients that know it; 100 was already ours to give (RFC 9110, 15.2 and 10.1.1).
    private func relayInterim(_ head: ResponseHead, _ bytes: Bytes, _ index: UInt32, _ key: UInt32) -> Demand? {
        let exchange = exchanges[key]
        let downstream = connections[exchange.pointee.downstream]
        guard exchange.pointee.interims < Limits.interimResponses else { return refuseAnswer(key) }
        let passes = head.status != 100 && exchange.pointee.head.minorVersion == 1
        connections[index].pointee.scanner.reset()
        if passes {
            guard makeRoom(ByteBuffer.responseSizeBound(head, fields), in: downstream) else { return .nothing }
            downstream.pointee.output.appendResponseHead(
                head, table: fields, bytes: bytes, dropping: shared.routeFields.names, framing: .none)
            downstream.pointee.output.appendEndOfHead()
        }
        exchange.pointee.interims += 1
        connections[index].pointee.input.consume(head.length)
        return !passes || flushDownstream(exchange.pointee.downstream) ? nil : .nothing
    }

    /// Bytes of what `appendAnswerHead` adds.
    private static let answerAdditions = 512

    private func startAnswer(_ head: ResponseHead, _ bytes: Bytes, _ index: UInt32, _ key: UInt32) -> Demand? {
        let exchange = exchanges[key]
        let downstream = connections[exchange.pointee.downstream]
        let bound = ByteBuffer.responseSizeBound(head, fields) + Self.answerAdditions + ReasonsField.longest
        guard makeRoom(bound, in: downstream) else {
            connections[index].pointee.scanner.reset()
            return .nothing
        }
        exchange.pointee.upstreamStatus = head.status
        exchange.pointee.status = head.status
        exchange.pointee.answeredAt = now
        exchange.pointee.answerDecoder = BodyDecoder(head.framing, side: .response)
        exchange.pointee.answerFraming = framing(of: head, for: exchange)
        if exchange.pointee.answerFraming == .untilClose || exchange.pointee.session.request != .complete || isDraining {
            downstream.pointee.closes = true
        }
        connections[index].pointee.keepsAlive = head.keepAlive
        appendAnswerHead(head, bytes, exchange, downstream)
        connections[index].pointee.input.consume(head.length)
        _ = exchange.pointee.session.on(.responseStarted)
        return nil
    }

    /// A body that ends with the upstream's connection becomes chunks, so that its end can be told from
    /// a broken one; a client of HTTP/1.0 gets what it understands.
    private func framing(of head: ResponseHead, for exchange: ExchangeSlot) -> BodyFraming {
        switch head.framing {
        case .none, .length: head.framing
        case .chunked, .untilClose: exchange.pointee.head.minorVersion == 1 ? .chunked : .untilClose
        }
    }

    private func appendAnswerHead(
        _ head: ResponseHead, _ bytes: Bytes, _ exchange: ExchangeSlot, _ downstream: ConnectionSlot
    ) {
        let framing = exchange.pointee.answerFraming
        downstream.pointee.output.appendResponseHead(
            head, table: fields, bytes: bytes, dropping: shared.routeFields.names, framing: framing)
        if shared.options.headers.routeToClient, let verdict = exchange.pointee.verdict {
            shared.routeFields.append(verdict, to: &downstream.pointee.output)
        }
        if !exchange.pointee.reasons.isEmpty { downstream.pointee.output.append(exchange.pointee.reasons.readable) }
        if !fields.contains(.date) { dates.append(at: Clock.timeOfDay, to: &downstream.pointee.output) }
        appendConnection(exchange, downstream)
        downstream.pointee.output.appendEndOfHead()
    }

    func appendConnection(_ exchange: ExchangeSlot, _ downstream: ConnectionSlot) {
        if downstream.pointee.closes {
            downstream.pointee.output.append("Connection: close\r\n")
        } else if exchange.pointee.head.minorVersion == 0 {
            downstream.pointee.output.append("Connection: keep-alive\r\n")
        }
    }

    /// Room for `bound` bytes in the output, now or (`false`) after it has drained.
    func makeRoom(_ bound: Int, in downstream: ConnectionSlot) -> Bool {
        if downstream.pointee.output.capacity == 0 {
            downstream.pointee.output = bound <= BufferPool.smallCapacity / 2 ? buffers.leaseSmall() : buffers.leaseLarge()
        }
        if downstream.pointee.output.room < bound {
            downstream.pointee.output.compact()
            if downstream.pointee.output.room < bound { buffers.grow(&downstream.pointee.output) }
        }
        return downstream.pointee.output.room >= bound
    }

    // MARK: The body

    private func streamAnswer(_ index: UInt32, _ key: UInt32) -> Demand {
        let slot = connections[index]
        let exchange = exchanges[key]
        let client = exchange.pointee.downstream
        let downstream = connections[client]
        while true {
            let step = relay(
                &exchange.pointee.answerDecoder, from: &slot.pointee.input,
                to: &downstream.pointee.output, as: exchange.pointee.answerFraming)
            switch step {
            case .moved(let count): exchange.pointee.responseBytes &+= UInt64(count)
            case .blocked:
                guard flushDownstream(client), downstream.pointee.output.isEmpty else { return .nothing }
            case .starved:
                // Nothing may wait here for company: what has come goes out before more is read.
                guard flushDownstream(client), downstream.pointee.output.isEmpty else { return .nothing }
                return .input
            case .ended:
                let clean = slot.pointee.input.isEmpty && slot.pointee.keepsAlive && slot.pointee.unsent.isEmpty
                perform(exchange.pointee.session.on(.responseEnded(reusable: clean)), for: key)
                return .nothing
            case .refused:
                perform(exchange.pointee.session.on(.responseMalformed), for: key)
                return .nothing
            }
        }
    }
}
