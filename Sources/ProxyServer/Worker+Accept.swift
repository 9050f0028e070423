/// Taking connections in, up to the limit; stopping and starting again without spinning.

import Reactor
import Telemetry
import Vocabulary

extension Worker {
    /// How long accepting rests after the kernel ran out of descriptors or memory.
    static let acceptPause = Interval.milliseconds(100)

    func listen() throws(Errno) {
        for (index, listener) in listeners.enumerated() {
            let key = SlabKey(index: UInt32(index), generation: 0)
            try poller.addReader(
                listener.descriptor, token: Token(kind: .listener, key: key), exclusive: listener.isShared)
        }
        isAccepting = true
    }

    func accept(from index: Int) {
        guard listeners.indices.contains(index), isAccepting else { return }
        for _ in 0..<Self.acceptsPerTurn {
            guard downstreams < shared.connectionLimit else { return pauseAccepting() }
            switch listeners[index].accept() {
            case .connection(let fd, let peer): take(fd, from: peer)
            case .none: return
            case .exhausted: return pauseAccepting()
            }
        }
    }

    private func take(_ fd: Int32, from peer: PeerAddress) {
        var connection = Connection()
        connection.descriptor = fd
        connection.peer = peer
        guard let key = connections.insert(connection) else { return Socket.close(fd) }
        do throws(Errno) {
            try poller.addConnection(fd, token: Token(kind: .connection, key: key))
        } catch {
            connections.remove(key.index)
            return Socket.close(fd)
        }
        downstreams += 1
        metrics.connection(side: .downstream, state: .idle, 1)
        // Who connects and says nothing gets no longer than who says half a head.
        arm(key.index, .keepAlive, after: shared.options.timeouts.requestHead)
    }

    /// The backlog holds what comes meanwhile.
    private func pauseAccepting() {
        guard isAccepting, !isDraining else { return }
        isAccepting = false
        pausedAt = now
        for listener in listeners { poller.remove(listener.descriptor) }
        metrics.acceptPaused()
    }

    /// Looks once a turn, and at least once a pause, whether there is room again.
    func resumeAccepting() {
        guard downstreams < shared.connectionLimit, now - pausedAt >= Self.acceptPause else { return }
        do throws(Errno) { try listen() } catch { pausedAt = now }
    }
}
