/// The upstream's side: finding a connection to the endpoint whose turn it is, sending the request,
/// and giving the connection back or closing it.

import HTTPCodec
import Reactor
import Session
import Telemetry
import Upstream
import Vocabulary

extension Worker {
    /// An event on an upstream connection.
    func noteUpstream(_ index: UInt32, failed: Bool) {
        let slot = connections[index]
        switch slot.pointee.phase {
        case .connecting: finishConnect(index)
        // Whatever an unused connection has to say, it is not an answer to anybody.
        case .idle: if slot.pointee.isReadable || failed { closeUpstream(index) }
        case .exchange:
            if failed { slot.pointee.isReadable = true }
            // Seen by the kernel before our request left: the end of an old connection, or bytes that
            // answer nothing and must not reach this client.
            if slot.pointee.isReadable, slot.pointee.sentTurn == turn { return loseUpstream(index, unsent: true) }
            serveUpstream(index)
        case .waiting, .head, .closing, .lingering: preconditionFailure("a downstream's phase upstream")
        }
    }

    // MARK: Connecting

    /// Asks the balancer for the next endpoint and goes there.
    func connectElsewhere(_ key: UInt32) {
        let exchange = exchanges[key]
        let pool = shared.pools[Int(exchange.pointee.pool)]
        guard let endpoint = pool.pick(&exchange.pointee.turn, at: now) else {
            return perform(exchange.pointee.session.on(.connectFailed(more: false)), for: key)
        }
        exchange.pointee.endpoint = UInt8(endpoint)
        exchange.pointee.address = 0
        if let index = idle.take(pool: exchange.pointee.pool, endpoint: exchange.pointee.endpoint, in: connections) {
            connections[index].pointee.isReused = true
            setActive(connections[index], true)
            return attach(index, to: key)
        }
        connect(key)
    }

    /// A fresh connection to the exchange's endpoint, at its current address.
    func connect(_ key: UInt32) {
        let exchange = exchanges[key]
        let known = addresses.of(pool: exchange.pointee.pool, endpoint: exchange.pointee.endpoint)
        exchange.pointee.connectAt = now
        while Int(exchange.pointee.address) < known.count {
            if open(known[Int(exchange.pointee.address)], for: key) { return }
            exchange.pointee.address += 1
        }
        failEndpoint(key)
    }

    /// `false`: this address failed at once.
    private func open(_ address: SocketAddress, for key: UInt32) -> Bool {
        let opened: (fd: Int32, done: Bool)
        do throws(Errno) {
            opened = try Socket.connect(to: address)
        } catch {
            // Out of descriptors: an idle connection is worth less than a request.
            guard error.isExhaustion, let spare = idle.oldest(in: connections) else { return false }
            closeUpstream(spare)
            return open(address, for: key)
        }
        var connection = Connection()
        connection.descriptor = opened.fd
        connection.side = .upstream
        connection.phase = .connecting
        connection.pool = exchanges[key].pointee.pool
        connection.endpoint = exchanges[key].pointee.endpoint
        connection.exchange = key
        connection.isActive = true
        guard let slab = makeSlot(connection) else {
            Socket.close(opened.fd)
            return false
        }
        exchanges[key].pointee.upstream = slab
        metrics.connection(side: .upstream, state: .active, 1)
        if opened.done { finishConnect(slab) } else { arm(slab, .connect, after: shared.options.timeouts.connect) }
        return true
    }

    private func makeSlot(_ connection: Connection) -> UInt32? {
        if connections.count == connections.capacity, let spare = idle.oldest(in: connections) { closeUpstream(spare) }
        guard let key = connections.insert(connection) else { return nil }
        do throws(Errno) {
            try poller.addConnection(connection.descriptor, token: Token(kind: .connection, key: key))
            return key.index
        } catch {
            connections.remove(key.index)
            return nil
        }
    }

    private func finishConnect(_ index: UInt32) {
        let slot = connections[index]
        guard Socket.connectError(slot.pointee.descriptor) == nil else { return failConnect(index) }
        let key = slot.pointee.exchange
        let took = now - exchanges[key].pointee.connectAt
        exchanges[key].pointee.connectTook = took
        metrics.connected(pool: Int(slot.pointee.pool), took: took)
        shared.pools[Int(slot.pointee.pool)].endpoints[Int(slot.pointee.endpoint)].admit()
        // A server that speaks before it is asked does not speak HTTP.
        let spokeFirst = slot.pointee.isReadable
        attach(index, to: key)
        if spokeFirst, connections[index].pointee.phase == .exchange { loseUpstream(index, unsent: true) }
    }

    func failConnect(_ index: UInt32) {
        let key = connections[index].pointee.exchange
        exchanges[key].pointee.upstream = .max
        closeUpstream(index)
        exchanges[key].pointee.address += 1
        connect(key)
    }

    /// All addresses of the endpoint have failed.
    private func failEndpoint(_ key: UInt32) {
        let exchange = exchanges[key]
        let pool = shared.pools[Int(exchange.pointee.pool)]
        pool.endpoints[Int(exchange.pointee.endpoint)].eject(until: now + PoolState.ejection)
        metrics.upstream(pool: Int(exchange.pointee.pool), endpoint: Int(exchange.pointee.endpoint), outcome: .connectFailure)
        perform(exchange.pointee.session.on(.connectFailed(more: pool.hasUntried(exchange.pointee.turn))), for: key)
    }

    // MARK: Sending

    /// Hands the serialised request to the connection and starts sending.
    private func attach(_ index: UInt32, to key: UInt32) {
        let exchange = exchanges[key]
        let slot = connections[index]
        slot.pointee.phase = .exchange
        slot.pointee.exchange = key
        slot.pointee.scanner.reset()
        slot.pointee.output = exchange.pointee.outgoing
        slot.pointee.sent = 0
        slot.pointee.retainsOutput = true
        slot.pointee.sentTurn = turn
        exchange.pointee.outgoing = ByteBuffer()
        exchange.pointee.upstream = index
        exchange.pointee.sentAt = now
        _ = exchange.pointee.session.on(.connected)
        _ = flushUpstream(index)
        superviseUpstream(index)
        // A body that still streams goes on from here.
        if exchange.pointee.session.request != .complete { enqueue(exchange.pointee.downstream) }
    }

    /// Writes what is pending. `true`: all of it has gone.
    func flushUpstream(_ index: UInt32) -> Bool {
        let slot = connections[index]
        while true {
            let bytes = slot.pointee.unsent
            guard !bytes.isEmpty else { break }
            guard !slot.pointee.isBroken else { return discardOutput(slot) }
            guard slot.pointee.isWritable else { return false }
            switch Socket.send(slot.pointee.descriptor, bytes) {
            case .moved(let count):
                metrics.bytes(side: .upstream, direction: .sent, count)
                if slot.pointee.retainsOutput { slot.pointee.sent += UInt32(count) } else { slot.pointee.output.consume(count) }
                if count < bytes.count { slot.pointee.isWritable = false }
            case .wouldBlock: slot.pointee.isWritable = false
            case .ended, .failed:
                // An answer may have come before the door was shut; reading will tell.
                slot.pointee.isBroken = true
                slot.pointee.isReadable = true
                enqueue(index)
                return false
            }
            if !slot.pointee.isWritable { arm(index, .write, after: shared.options.timeouts.write) }
        }
        if !slot.pointee.retainsOutput { buffers.release(&slot.pointee.output) }
        return true
    }

    private func discardOutput(_ slot: ConnectionSlot) -> Bool {
        guard !slot.pointee.retainsOutput else { return false }
        buffers.release(&slot.pointee.output)
        return false
    }

    /// Sets the one deadline that fits: for what we send, or for the answer that is owed.
    func superviseUpstream(_ index: UInt32) {
        let slot = connections[index]
        guard slot.pointee.phase == .exchange else { return }
        if !slot.pointee.unsent.isEmpty {
            if slot.pointee.timer != .write { arm(index, .write, after: shared.options.timeouts.write) }
            return
        }
        let exchange = exchanges[slot.pointee.exchange]
        let blocked = !connections[exchange.pointee.downstream].pointee.output.isEmpty
        if exchange.pointee.session.request == .complete, !blocked {
            arm(index, .response, after: shared.options.timeouts.response)
        } else {
            disarm(index)
        }
    }

    func expireResponse(_ index: UInt32) {
        let slot = connections[index]
        guard slot.pointee.phase == .exchange else { return }
        let key = slot.pointee.exchange
        perform(exchanges[key].pointee.session.on(.responseTimedOut), for: key)
    }

    // MARK: Ends

    /// The upstream is gone in the middle of an exchange.
    func loseUpstream(_ index: UInt32, unsent: Bool) {
        let slot = connections[index]
        let key = slot.pointee.exchange
        let exchange = exchanges[key]
        let event = Session.Event.upstreamLost(
            reused: slot.pointee.isReused,
            answered: exchange.pointee.interims > 0 || (!unsent && !slot.pointee.input.isEmpty),
            unsent: unsent || (slot.pointee.retainsOutput && slot.pointee.sent == 0))
        perform(exchange.pointee.session.on(event), for: key)
    }

    /// The same bytes once more, on a connection nobody has used.
    func retry(_ key: UInt32) {
        let exchange = exchanges[key]
        let slot = connections[exchange.pointee.upstream]
        exchange.pointee.outgoing = slot.pointee.output
        slot.pointee.output = ByteBuffer()
        let index = exchange.pointee.upstream
        exchange.pointee.upstream = .max
        closeUpstream(index)
        exchange.pointee.address = 0
        connect(key)
    }

    /// Parts the exchange from its upstream connection, which is kept for others or closed.
    func detachUpstream(_ key: UInt32, keep: Bool) {
        let exchange = exchanges[key]
        let index = exchange.pointee.upstream
        buffers.release(&exchange.pointee.outgoing)
        guard index != .max else { return }
        exchange.pointee.upstream = .max
        let slot = connections[index]
        // Anything still unread answers nothing, or is the end: no edge would tell of it again.
        let isQuiet = !slot.pointee.isReadable && !slot.pointee.endIsNear && !slot.pointee.isBroken
        guard keep, isQuiet, !isDraining else { return closeUpstream(index) }
        buffers.release(&slot.pointee.input)
        buffers.release(&slot.pointee.output)
        slot.pointee.retainsOutput = false
        slot.pointee.sent = 0
        slot.pointee.exchange = .max
        slot.pointee.phase = .idle
        setActive(slot, false)
        let pool = shared.pools[Int(slot.pointee.pool)].options
        arm(index, .idle, after: pool.idleTimeout)
        if let surplus = idle.put(index, limit: pool.idleConnections, in: connections) { closeUpstream(surplus) }
    }

    func closeUpstream(_ index: UInt32) {
        let slot = connections[index]
        if slot.pointee.phase == .idle { idle.remove(index, in: connections) }
        Socket.close(slot.pointee.descriptor)
        metrics.connection(side: .upstream, state: slot.pointee.isActive ? .active : .idle, -1)
        buffers.release(&slot.pointee.input)
        buffers.release(&slot.pointee.output)
        timers.remove(index)
        connections.remove(index)
    }
}
