/// The request's half of an exchange: the bounded look at its body, the verdict, the serialised
/// request, and the rest of the body streaming behind it.

import Classifier
import HTTPCodec
import Reactor
import Session
import Telemetry
import Upstream
import Vocabulary

extension Worker {
    /// The head is complete: parse it and open an exchange.
    func beginExchange(_ index: UInt32, headLength: Int) -> Demand {
        let slot = connections[index]
        let bytes = Bytes(rebasing: slot.pointee.input.readable[..<headLength])
        parsed = .max
        switch RequestParser.parse(bytes, into: fields, limits: shared.options.limits) {
        case .refused(let refusal):
            refuse(index, .refused(refusal))
            return .nothing
        case .head(let head):
            guard let key = openExchange(index, head) else {
                refuse(index, .overloaded)
                return .nothing
            }
            if head.kind == .options, head.maxForwards == 0 {
                // RFC 9110, 7.6.2: the last hop answers.
                exchanges[key].pointee.session = Session(windowLimit: 0, isIdempotent: true, expectsContinue: false)
                return answerOptions(key)
            }
            return inspect(key)
        }
    }

    private func openExchange(_ index: UInt32, _ head: RequestHead) -> UInt32? {
        let slot = connections[index]
        var exchange = Exchange(
            session: Session(
                windowLimit: shared.options.classifier.inspect.body,
                isIdempotent: head.kind.isIdempotent,
                expectsContinue: head.expectsContinue),
            downstream: index, decoder: BodyDecoder(head.framing), startedAt: now, bodySince: now)
        exchange.head = head
        exchange.undecoded = head.length
        exchange.id = identities.next()
        guard let key = exchanges.insert(exchange) else { return nil }
        slot.pointee.phase = .exchange
        slot.pointee.exchange = key.index
        slot.pointee.served &+= 1
        slot.pointee.timer = .none
        timers.disarm(index)
        let limit = shared.options.limits.requestsPerConnection ?? .max
        slot.pointee.closes = !head.keepAlive || isDraining || Int(slot.pointee.served) >= limit
        setActive(slot, true)
        parsed = key.index
        keepExcerpt(key.index)
        return key.index
    }

    /// Goes on with the request as far as the input at hand allows.
    func progressRequest(_ index: UInt32) -> Demand {
        let key = connections[index].pointee.exchange
        let exchange = exchanges[key]
        guard !exchange.pointee.session.isOver else { return .nothing }
        switch exchange.pointee.session.request {
        case .inspecting: return inspect(key)
        case .streaming: return exchange.pointee.session.upstream == .attached ? streamRequest(key) : .nothing
        case .complete: return .nothing
        }
    }

    func isStreamingRequest(_ key: UInt32) -> Bool { exchanges[key].pointee.session.request == .streaming }

    // MARK: The bounded look

    private func inspect(_ key: UInt32) -> Demand {
        let exchange = exchanges[key]
        let slot = connections[exchange.pointee.downstream]
        if let refusal = decodeWindow(exchange, slot) {
            perform(exchange.pointee.session.on(.requestRefused(.refused(refusal))), for: key)
            return .nothing
        }
        let complete = exchange.pointee.decoder.isComplete
        let action = exchange.pointee.session.on(.body(window: exchange.pointee.window, complete: complete))
        if case .decide = action {
            return decide(key)
        }
        let index = exchange.pointee.downstream
        if case .invite = action { invite(index) }
        if slot.pointee.timer != .inspection {
            arm(index, .inspection, after: shared.options.classifier.inspect.timeout)
        }
        makeRoom(exchange, slot)
        return .input
    }

    func expireInspection(_ index: UInt32) {
        let key = connections[index].pointee.exchange
        guard connections[index].pointee.phase == .exchange else { return }
        guard case .decide = exchanges[key].pointee.session.on(.inspectionExpired) else { return }
        if decide(key) == .input { serveDownstream(index) }
    }

    /// Decodes into the window behind the head, in place: framing only ever shrinks.
    private func decodeWindow(_ exchange: ExchangeSlot, _ slot: ConnectionSlot) -> Refusal? {
        let limit = shared.options.classifier.inspect.body
        while !exchange.pointee.decoder.isComplete, exchange.pointee.window < limit {
            let start = exchange.pointee.undecoded
            let rest = Bytes(rebasing: slot.pointee.input.readable[start...])
            // No more than the window wants, so that it can be serialised again.
            let shown = Bytes(rebasing: rest.prefix(limit - exchange.pointee.window))
            var step = exchange.pointee.decoder.next(shown, limits: shared.options.limits)
            if case .needMore(0) = step, shown.count < rest.count {
                // Trailers are taken as one.
                step = exchange.pointee.decoder.next(rest, limits: shared.options.limits)
            }
            switch step {
            case .data(let consumed, let payload):
                let target = exchange.pointee.head.length + exchange.pointee.window
                slot.pointee.input.slide(start + payload.lowerBound..<start + payload.upperBound, to: target)
                exchange.pointee.window += payload.count
                exchange.pointee.undecoded += consumed
            case .needMore(let consumed):
                exchange.pointee.undecoded += consumed
                guard consumed > 0, shown.count < rest.count else { return nil }
            case .end(let consumed, let trailers):
                exchange.pointee.trailers = start + trailers.lowerBound..<start + trailers.upperBound
                exchange.pointee.undecoded += consumed
            case .refused(let refusal): return refusal
            }
        }
        return nil
    }

    /// Before more is read: close the gap that decoding left, and move to a large buffer if need be.
    private func makeRoom(_ exchange: ExchangeSlot, _ slot: ConnectionSlot) {
        guard slot.pointee.input.room < BufferPool.smallCapacity / 4 else { return }
        let decoded = exchange.pointee.head.length + exchange.pointee.window
        slot.pointee.input.remove(decoded..<exchange.pointee.undecoded)
        exchange.pointee.undecoded = decoded
        slot.pointee.input.compact()
        if slot.pointee.input.room < Self.serialisingReserve { buffers.grow(&slot.pointee.input) }
    }

    private func invite(_ index: UInt32) {
        let slot = connections[index]
        if slot.pointee.output.capacity == 0 { slot.pointee.output = buffers.leaseSmall() }
        slot.pointee.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        flushDownstream(index)
    }

    // MARK: The verdict

    /// Labels the request and sends it on its way, unless it waits for a better verdict.
    private func decide(_ key: UInt32) -> Demand {
        let exchange = exchanges[key]
        let index = exchange.pointee.downstream
        let slot = connections[index]
        if slot.pointee.timer == .inspection { disarm(index) }
        reparse(key)
        if classify(key, exchange, slot) {
            park(key)
            return .nothing
        }
        noteDecision(exchange)
        return dispatch(key)
    }

    /// Serialises the request and looks for an upstream in the verdict's pool.
    func dispatch(_ key: UInt32) -> Demand {
        let exchange = exchanges[key]
        let index = exchange.pointee.downstream
        guard let verdict = exchange.pointee.verdict else { preconditionFailure("no verdict to go by") }
        exchange.pointee.pool = shared.poolOfLabel[Int(verdict.label.index)]
        reparse(key)
        guard serialise(key) else {
            perform(exchange.pointee.session.on(.requestRefused(.overloaded)), for: key)
            return .nothing
        }
        let isWhole = exchange.pointee.decoder.isComplete
        if isWhole { _ = exchange.pointee.session.on(.requestEnded) }
        exchange.pointee.bodySince = now
        exchange.pointee.bodySeen = 0
        let pool = shared.pools[Int(exchange.pointee.pool)]
        exchange.pointee.turn = pool.takeTurn()
        connectElsewhere(key)
        return isWhole || connections[index].pointee.phase != .exchange ? .nothing : .input
    }

    /// `fields` may describe another connection's head by now; the bytes are still here.
    private func reparse(_ key: UInt32) {
        guard parsed != key else { return }
        let exchange = exchanges[key]
        let input = connections[exchange.pointee.downstream].pointee.input.readable
        let bytes = Bytes(rebasing: input[..<exchange.pointee.head.length])
        guard case .head = RequestParser.parse(bytes, into: fields, limits: shared.options.limits) else {
            preconditionFailure("a head that parsed parses again")
        }
        parsed = key
    }

    /// Finds the verdict. `true`: the language model may have a better one, and the request waits for it.
    private func classify(_ key: UInt32, _ exchange: ExchangeSlot, _ slot: ConnectionSlot) -> Bool {
        let head = exchange.pointee.head
        let input = slot.pointee.input.readable
        let bytes = Bytes(rebasing: input[..<head.length])
        let window = min(exchange.pointee.window, shared.options.classifier.inspect.body)
        let complete = exchange.pointee.decoder.isComplete
        let view = RequestView(
            method: head.method.of(bytes), path: head.asteriskForm ? Self.asterisk : head.path.of(bytes), query: head.query.of(bytes),
            host: head.authority.of(bytes), contentType: head.contentType.of(bytes), head: bytes,
            fields: fields.fields, body: Bytes(rebasing: input[head.length..<head.length + window]),
            bodyLength: bodyLength(exchange, complete))
        let before = Clock.now
        let decision = shared.cascade.decide(
            view, bodyComplete: complete, mayAsk: mayAsk, now: before, scratch: scratch)
        exchange.pointee.classifySince = before
        exchange.pointee.verdict = decision.verdict
        if let guess = decision.guess {
            metrics.guess(label: guess.label, confidence: guess.confidence, unknownShare: guess.unknownShare)
        }
        keepForJournal(decision, about: view, complete, for: exchange)
        showShadow(decision, view, complete)
        keepReasons(view, complete, for: exchange)
        return ask(decision, about: view, for: key)
    }

    /// The verdict is final.
    func noteDecision(_ exchange: ExchangeSlot) {
        guard let verdict = exchange.pointee.verdict else { return }
        exchange.pointee.classifyTook = Clock.now - exchange.pointee.classifySince
        metrics.decision(verdict, took: exchange.pointee.classifyTook)
    }

    private static var asterisk: Bytes {
        let text: StaticString = "*"
        return Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private func bodyLength(_ exchange: ExchangeSlot, _ complete: Bool) -> UInt64? {
        switch exchange.pointee.head.framing {
        case .none: 0
        case .length(let length): length
        case .chunked, .untilClose: complete ? UInt64(exchange.pointee.window) : nil
        }
    }

    // MARK: Serialising

    /// Writes head and window into `outgoing` and lets go of them. `false`: it cannot fit.
    private func serialise(_ key: UInt32) -> Bool {
        let exchange = exchanges[key]
        let slot = connections[exchange.pointee.downstream]
        let head = exchange.pointee.head
        let bound = ByteBuffer.requestSizeBound(head, fields) + ForwardedFields.sizeBound(head) + Self.framingRoom
        let needed = bound + exchange.pointee.window + exchange.pointee.trailers.count
        var out = needed <= BufferPool.smallCapacity ? buffers.leaseSmall() : buffers.leaseLarge()
        guard needed <= out.room else {
            buffers.release(&out)
            return false
        }
        let input = slot.pointee.input.readable
        appendHead(exchange, slot.pointee.peer, Bytes(rebasing: input[..<head.length]), to: &out)
        let kept = appendWindow(exchange, input, to: &out)
        slot.pointee.input.consume(kept)
        exchange.pointee.outgoing = out
        exchange.pointee.requestBytes &+= UInt64(exchange.pointee.window)
        return true
    }

    /// Chunk header, chunk end and last chunk around a window.
    static let framingRoom = 64

    private func appendHead(_ exchange: ExchangeSlot, _ peer: PeerAddress, _ bytes: Bytes, to out: inout ByteBuffer) {
        let forwarded = ForwardedFields(options: shared.options.headers, table: fields, head: exchange.pointee.head, bytes: bytes)
        out.appendRequestHead(exchange.pointee.head, table: fields, bytes: bytes, dropping: forwarded.replaced)
        forwarded.append(peer: peer, id: exchange.pointee.id, to: &out)
        if let verdict = exchange.pointee.verdict { shared.routeFields.append(verdict, to: &out) }
        out.appendEndOfHead()
    }

    /// Returns how many bytes of the input are done with. A window of a body of known length that does
    /// not fit stays behind and streams.
    private func appendWindow(_ exchange: ExchangeSlot, _ input: Bytes, to out: inout ByteBuffer) -> Int {
        let start = exchange.pointee.head.length
        let window = Bytes(rebasing: input[start..<start + exchange.pointee.window])
        guard exchange.pointee.head.framing == .chunked else {
            out.append(window)
            return exchange.pointee.undecoded
        }
        if !window.isEmpty {
            out.appendChunkHeader(size: window.count)
            out.append(window)
            out.appendChunkEnd()
        }
        if exchange.pointee.decoder.isComplete {
            out.appendLastChunk(trailers: Bytes(rebasing: input[exchange.pointee.trailers]))
        }
        return exchange.pointee.undecoded
    }

    // MARK: Streaming

    private func streamRequest(_ key: UInt32) -> Demand {
        let exchange = exchanges[key]
        let index = exchange.pointee.downstream
        let upstream = connections[exchange.pointee.upstream]
        while true {
            guard flushUpstream(exchange.pointee.upstream) else {
                // Held back by us, not by the client: its pace counts anew from here.
                exchange.pointee.bodySince = now
                exchange.pointee.bodySeen = 0
                if connections[index].pointee.timer == .body { disarm(index) }
                return .nothing
            }
            releaseRetained(exchange, upstream)
            let framing = exchange.pointee.head.framing
            switch relay(&exchange.pointee.decoder, from: &connections[index].pointee.input, to: &upstream.pointee.output, as: framing) {
            case .moved(let count): exchange.pointee.requestBytes &+= UInt64(count)
            case .blocked: break
            case .starved:
                guard !isTooSlow(exchange) else {
                    perform(exchange.pointee.session.on(.requestRefused(.requestTimeout)), for: key)
                    return .nothing
                }
                arm(index, .body, after: bodyPatience)
                return .input
            case .ended:
                _ = exchange.pointee.session.on(.requestEnded)
                if connections[index].pointee.timer == .body { disarm(index) }
                _ = flushUpstream(exchange.pointee.upstream)
                return .nothing
            case .refused(let refusal):
                perform(exchange.pointee.session.on(.requestRefused(.refused(refusal))), for: key)
                return .nothing
            }
        }
    }

    /// From here on the request cannot be sent a second time.
    private func releaseRetained(_ exchange: ExchangeSlot, _ upstream: ConnectionSlot) {
        guard upstream.pointee.retainsOutput else { return }
        _ = exchange.pointee.session.on(.streamed)
        upstream.pointee.retainsOutput = false
        upstream.pointee.sent = 0
        buffers.release(&upstream.pointee.output)
    }

    // MARK: Slow bodies

    private var bodyPatience: Interval { shared.options.timeouts.requestIdle }

    /// The pace is looked at when a silence ends in the timer, and on the way by `isTooSlow`.
    func checkBodyRate(_ index: UInt32) {
        let slot = connections[index]
        guard slot.pointee.phase == .exchange else { return }
        let key = slot.pointee.exchange
        perform(exchanges[key].pointee.session.on(.requestRefused(.requestTimeout)), for: key)
    }

    /// After a grace of `request_idle`, a body must have come at `limits.body_rate` on average.
    func isTooSlow(_ exchange: ExchangeSlot) -> Bool {
        let elapsed = now - exchange.pointee.bodySince
        guard elapsed > bodyPatience else { return false }
        let counted = (elapsed.nanoseconds - bodyPatience.nanoseconds) / 1_000_000_000
        return exchange.pointee.bodySeen < UInt64(max(counted, 0)) &* UInt64(shared.options.limits.bodyRate)
    }
}
