/// Doing what the session says, and how exchanges end: finished, answered by us, or cut off; and what
/// is written down about them.

import Classifier
import HTTPCodec
import Reactor
import Session
import Telemetry
import Upstream
import Vocabulary

extension Worker {
    func perform(_ action: Session.Action, for key: UInt32) {
        switch action {
        case .none: return
        case .connectElsewhere: connectElsewhere(key)
        case .retry:
            metrics.retried(pool: Int(exchanges[key].pointee.pool))
            retry(key)
        case .reply(let failure): reply(failure, to: key)
        case .abort: abort(key)
        case .finish(let keepUpstream, let keepDownstream):
            countUpstream(key)
            detachUpstream(key, keep: keepUpstream)
            let exchange = exchanges[key]
            if !keepDownstream { connections[exchange.pointee.downstream].pointee.closes = true }
            finish(key)
        case .invite, .decide, .send: preconditionFailure("an answer to an event of another place")
        }
    }

    /// The response is complete: send what is left of it, then conclude.
    private func finish(_ key: UInt32) {
        let index = exchanges[key].pointee.downstream
        if connections[index].pointee.output.isEmpty {
            buffers.release(&connections[index].pointee.output)
            conclude(key)
        } else {
            flushDownstream(index)
        }
    }

    /// Everything has been sent. `false`: the connection has ended with it.
    @discardableResult
    func conclude(_ key: UInt32) -> Bool {
        let index = exchanges[key].pointee.downstream
        let slot = connections[index]
        record(key)
        endExchange(key)
        guard !slot.pointee.closes else {
            slot.pointee.phase = .closing
            return finishClosing(index)
        }
        slot.pointee.phase = .waiting
        setActive(slot, false)
        arm(index, .keepAlive, after: shared.options.timeouts.keepAlive)
        if slot.pointee.input.isEmpty {
            buffers.release(&slot.pointee.input)
            if slot.pointee.isReadable || slot.pointee.hasEnded || isDraining { enqueue(index) }
        } else {
            enqueue(index)
        }
        return true
    }

    func endExchange(_ key: UInt32) {
        let exchange = exchanges[key]
        connections[exchange.pointee.downstream].pointee.exchange = .max
        buffers.release(&exchange.pointee.outgoing)
        buffers.release(&exchange.pointee.excerpt.buffer)
        buffers.release(&exchange.pointee.journal.buffer)
        buffers.release(&exchange.pointee.reasons)
        if parsed == key { parsed = .max }
        exchanges.remove(key)
    }

    /// Too late for an answer of our own: the client must see that what it has is not the whole.
    private func abort(_ key: UInt32) {
        let exchange = exchanges[key]
        let index = exchange.pointee.downstream
        exchange.pointee.failure = exchange.pointee.failure ?? .malformedResponse
        countUpstream(key)
        detachUpstream(key, keep: false)
        record(key)
        endExchange(key)
        Socket.resetOnClose(connections[index].pointee.descriptor)
        closeDownstream(index)
    }

    // MARK: Local replies

    /// Answers in the upstream's place.
    private func reply(_ failure: Failure, to key: UInt32) {
        let exchange = exchanges[key]
        exchange.pointee.failure = failure
        exchange.pointee.status = failure.status
        metrics.rejected(shared.rejectIndex(of: failure))
        countUpstream(key)
        detachUpstream(key, keep: false)
        let slot = connections[exchange.pointee.downstream]
        if exchange.pointee.session.request != .complete { slot.pointee.closes = true }
        if case .refused = failure { slot.pointee.closes = true }
        guard makeRoom(LocalReply.sizeBound, in: slot) else { return abort(key) }
        appendLocalReply(failure, to: slot, omitBody: exchange.pointee.head.kind == .head)
        finish(key)
    }

    func appendLocalReply(_ failure: Failure, to slot: ConnectionSlot, omitBody: Bool) {
        guard makeRoom(LocalReply.sizeBound, in: slot) else { return }
        let old = slot.pointee.exchange != .max && exchanges[slot.pointee.exchange].pointee.head.minorVersion == 0
        dates.refresh(at: Clock.timeOfDay)
        LocalReply(failure: failure, closes: slot.pointee.closes, keepsAliveExplicitly: old, omitsBody: omitBody)
            .append(date: dates, to: &slot.pointee.output)
    }

    /// `OPTIONS` with `Max-Forwards: 0` ends here.
    func answerOptions(_ key: UInt32) -> Demand {
        let exchange = exchanges[key]
        let slot = connections[exchange.pointee.downstream]
        guard exchange.pointee.head.framing == .none else {
            perform(exchange.pointee.session.on(.requestRefused(.refused(Refusal(status: 400, reason: .badMaxForwards)))), for: key)
            return .nothing
        }
        slot.pointee.input.consume(exchange.pointee.head.length)
        exchange.pointee.status = 204
        _ = exchange.pointee.session.on(.requestEnded)
        _ = exchange.pointee.session.on(.responseEnded(reusable: false))
        guard makeRoom(LocalReply.sizeBound, in: slot) else {
            abort(key)
            return .nothing
        }
        slot.pointee.output.append("HTTP/1.1 204 No Content\r\nX-Route-Source: local\r\n")
        dates.append(at: Clock.timeOfDay, to: &slot.pointee.output)
        appendConnection(exchange, slot)
        slot.pointee.output.appendEndOfHead()
        finish(key)
        return .nothing
    }

    // MARK: The record

    /// How the endpoint did, once for each attempt that reached it.
    private func countUpstream(_ key: UInt32) {
        let exchange = exchanges[key]
        guard exchange.pointee.upstream != .max else { return }
        let outcome: UpstreamOutcome =
            switch exchange.pointee.failure {
            case nil: exchange.pointee.upstreamStatus >= 500 ? .serverError : .ok
            case .responseTimeout: .timeout
            case .upstreamClosed: .reset
            case .malformedResponse: .malformed
            case .noEndpoint: .connectFailure
            case .refused, .requestTimeout, .truncated, .downstreamLost, .overloaded: .aborted
            }
        metrics.upstream(pool: Int(exchange.pointee.pool), endpoint: Int(exchange.pointee.endpoint), outcome: outcome)
    }

    func record(_ key: UInt32) {
        let exchange = exchanges[key]
        let took = now - exchange.pointee.startedAt
        let status = exchange.pointee.status != 0 ? exchange.pointee.status : exchange.pointee.failure?.status ?? 0
        metrics.request(label: exchange.pointee.verdict?.label, status: Int(status), duration: took)
        if shared.events.isWatched { publish(exchange, status: status, took: took) }
        if journal != nil { journal(exchange, status: status) }
        if accessLog != nil { log(exchange, status: status, took: took) }
    }

    private func publish(_ exchange: ExchangeSlot, status: UInt16, took: Interval) {
        guard let verdict = exchange.pointee.verdict else { return }
        let reached = exchange.pointee.upstreamStatus != 0
        shared.events.put(
            DecisionEvent(
                id: (exchange.pointee.id.high, exchange.pointee.id.low), time: Int64(Clock.timeOfDay),
                verdict: verdict, classifyLatency: exchange.pointee.classifyTook, totalLatency: took,
                upstream: reached ? (UInt16(exchange.pointee.pool), UInt16(exchange.pointee.endpoint)) : nil,
                status: status))
    }
}
