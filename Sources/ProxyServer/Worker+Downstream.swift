/// The client's side of a connection: reading heads and bodies, writing answers, and the ways it ends.

import HTTPCodec
import Reactor
import Session
import Telemetry
import Vocabulary

extension Worker {
    /// What a connection needs to get on.
    enum Demand {
        case input
        /// Something else: an upstream, room in an output, an event.
        case nothing
    }

    /// How long the rest of a refused request is thrown away before the connection is cut.
    static let lingerTime = Interval.seconds(2)

    /// Input kept free for what serialising adds to an inspected request.
    static let serialisingReserve = 4096

    /// Gets as far as the bytes at hand and the reads of one turn allow.
    func serveDownstream(_ index: UInt32) {
        let slot = connections[index]
        let generation = connections.generation(of: index)
        guard flushDownstream(index) else { return }
        var reads = Self.readsPerTurn
        while progress(index) == .input {
            guard connections.generation(of: index) == generation, slot.pointee.isReadable else { break }
            guard reads > 0 else {
                enqueue(index)
                break
            }
            reads -= 1
            guard fillDownstream(index) else { return }
        }
    }

    private func progress(_ index: UInt32) -> Demand {
        let slot = connections[index]
        guard slot.pointee.descriptor >= 0 else { return .nothing }
        switch slot.pointee.phase {
        case .waiting:
            if slot.pointee.input.isEmpty { return rest(index) }
            slot.pointee.phase = .head
            slot.pointee.scanner.reset()
            arm(index, .head, after: shared.options.timeouts.requestHead)
            return readHead(index)
        case .head: return readHead(index)
        case .exchange: return progressRequest(index)
        case .lingering:
            slot.pointee.input.consume(slot.pointee.input.count)
            return .input
        case .closing, .connecting, .idle: return .nothing
        }
    }

    private func rest(_ index: UInt32) -> Demand {
        guard !isDraining, !connections[index].pointee.hasEnded else {
            closeDownstream(index)
            return .nothing
        }
        buffers.release(&connections[index].pointee.input)
        return .input
    }

    private func readHead(_ index: UInt32) -> Demand {
        let slot = connections[index]
        let limits = shared.options.limits
        switch slot.pointee.scanner.scan(slot.pointee.input.readable, limits: limits, side: .request) {
        case .incomplete: return .input
        case .refused(let refusal): refuse(index, .refused(refusal))
        case .complete(let length): return beginExchange(index, headLength: length)
        }
        return .nothing
    }

    // MARK: Reading

    /// One read into the input. `false`: the connection has ended or is gone.
    private func fillDownstream(_ index: UInt32) -> Bool {
        let slot = connections[index]
        let streams = slot.pointee.phase == .exchange && isStreamingRequest(slot.pointee.exchange)
        switch fill(slot, streams: streams) {
        case .moved(let count): noteReceived(slot, count)
        case .wouldBlock: break
        case .ended:
            endDownstream(index)
            return false
        case .failed:
            loseDownstream(index)
            return false
        }
        return true
    }

    private func noteReceived(_ slot: ConnectionSlot, _ count: Int) {
        guard slot.pointee.phase == .exchange else { return }
        let exchange = exchanges[slot.pointee.exchange]
        exchange.pointee.bodySeen &+= UInt64(count)
    }

    /// The client will send no more. Half-closing is its right: what it asked for is still answered.
    private func endDownstream(_ index: UInt32) {
        let slot = connections[index]
        switch slot.pointee.phase {
        case .waiting, .lingering: closeDownstream(index)
        case .head: refuse(index, .truncated)
        case .exchange:
            let exchange = exchanges[slot.pointee.exchange]
            guard exchange.pointee.session.request != .complete else { return }
            perform(exchange.pointee.session.on(.requestRefused(.truncated)), for: slot.pointee.exchange)
        case .closing, .connecting, .idle: return
        }
    }

    // MARK: Writing

    /// Writes what is pending. `false`: the connection is gone or has moved on to its next life.
    @discardableResult
    func flushDownstream(_ index: UInt32) -> Bool {
        let slot = connections[index]
        while !slot.pointee.output.isEmpty {
            guard slot.pointee.isWritable else { return true }
            switch Socket.send(slot.pointee.descriptor, slot.pointee.output.readable) {
            case .moved(let count):
                metrics.bytes(side: .downstream, direction: .sent, count)
                slot.pointee.output.consume(count)
                if !slot.pointee.output.isEmpty { blockDownstream(index) }
            case .wouldBlock: blockDownstream(index)
            case .ended, .failed:
                loseDownstream(index)
                return false
            }
        }
        guard slot.pointee.output.capacity > 0 else { return true }
        buffers.release(&slot.pointee.output)
        if slot.pointee.timer == .write { disarm(index) }
        return drained(index)
    }

    private func blockDownstream(_ index: UInt32) {
        connections[index].pointee.isWritable = false
        arm(index, .write, after: shared.options.timeouts.write)
    }

    /// The output is empty again: end what was waiting for that, or fetch more.
    private func drained(_ index: UInt32) -> Bool {
        let slot = connections[index]
        if slot.pointee.phase == .closing { return finishClosing(index) }
        guard slot.pointee.phase == .exchange else { return true }
        let exchange = exchanges[slot.pointee.exchange]
        if exchange.pointee.session.isOver { return conclude(slot.pointee.exchange) }
        if exchange.pointee.upstream != .max, exchange.pointee.session.upstream == .attached {
            enqueue(exchange.pointee.upstream)
        }
        return true
    }

    // MARK: Ends

    /// An answer of our own to something that never became an exchange; the connection ends with it.
    func refuse(_ index: UInt32, _ failure: Failure) {
        let slot = connections[index]
        metrics.rejected(shared.rejectIndex(of: failure))
        metrics.request(label: nil, status: Int(failure.status), duration: .zero)
        logRefusal(slot, failure)
        slot.pointee.closes = true
        slot.pointee.phase = .closing
        // RFC 9110, 9.3.2, even if that is all we understood.
        let isHead = slot.pointee.input.readable.starts(with: "HEAD ".utf8)
        appendLocalReply(failure, to: slot, omitBody: isHead)
        flushDownstream(index)
    }

    /// After the last answer. A peer that may still be sending gets an orderly end, so that the
    /// kernel's reset does not destroy the answer on its way.
    @discardableResult
    func finishClosing(_ index: UInt32) -> Bool {
        let slot = connections[index]
        guard !slot.pointee.hasEnded else {
            closeDownstream(index)
            return false
        }
        Socket.shutdownSending(slot.pointee.descriptor)
        slot.pointee.phase = .lingering
        buffers.release(&slot.pointee.input)
        arm(index, .linger, after: Self.lingerTime)
        enqueue(index)
        return false
    }

    /// The client is gone or has to go at once.
    func loseDownstream(_ index: UInt32) {
        let slot = connections[index]
        if slot.pointee.phase == .exchange {
            let key = slot.pointee.exchange
            let exchange = exchanges[key]
            if !exchange.pointee.session.isOver {
                _ = exchange.pointee.session.on(.downstreamLost)
                exchange.pointee.failure = exchange.pointee.failure ?? .downstreamLost
            }
            detachUpstream(key, keep: false)
            record(key)
            endExchange(key)
        }
        closeDownstream(index)
    }

    /// Moves the connection between the two gauges.
    func setActive(_ slot: ConnectionSlot, _ isActive: Bool) {
        guard slot.pointee.isActive != isActive else { return }
        slot.pointee.isActive = isActive
        metrics.connection(side: slot.pointee.side, state: isActive ? .idle : .active, -1)
        metrics.connection(side: slot.pointee.side, state: isActive ? .active : .idle, 1)
    }

    func closeDownstream(_ index: UInt32) {
        let slot = connections[index]
        precondition(slot.pointee.phase != .exchange || slot.pointee.exchange == .max, "an exchange outlives its connection")
        Socket.close(slot.pointee.descriptor)
        metrics.connection(side: .downstream, state: slot.pointee.isActive ? .active : .idle, -1)
        buffers.release(&slot.pointee.input)
        buffers.release(&slot.pointee.output)
        timers.remove(index)
        connections.remove(index)
        downstreams -= 1
    }
}
