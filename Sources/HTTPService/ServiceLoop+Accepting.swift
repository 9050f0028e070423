/// How connections come and go. At the connection limit, and when descriptors run out, the listener
/// leaves the poller, so that the loop does not spin on what it cannot take.

import Reactor
import Vocabulary

extension ServiceLoop {
    /// Connections taken in one turn.
    private static let acceptBatch = 64
    /// How long to wait for somebody to give a descriptor back.
    private static let exhaustionPause = Interval.milliseconds(100)

    func startAccepting() throws(Errno) {
        try poller.addReader(
            service.listener.descriptor, token: Token(kind: .listener, key: .none))
        isAccepting = true
    }

    func pauseAccepting() {
        guard isAccepting else { return }
        poller.remove(service.listener.descriptor)
        isAccepting = false
    }

    func resumeAccepting() {
        guard !isAccepting, !isStopping, slots.count < options.connections else { return }
        if let acceptAgain, acceptAgain > now { return }
        acceptAgain = nil
        do throws(Errno) {
            try startAccepting()
        } catch {
            acceptAgain = now + Self.exhaustionPause
        }
    }

    func accept() {
        for _ in 0..<Self.acceptBatch {
            guard slots.count < options.connections else { return pauseAccepting() }
            switch service.listener.accept() {
            case .none: return
            case .exhausted:
                acceptAgain = now + Self.exhaustionPause
                return pauseAccepting()
            case .connection(let fd, _): open(fd)
            }
        }
    }

    private func open(_ fd: Int32) {
        guard let key = slots.insert(fd) else { return Socket.close(fd) }
        do throws(Errno) {
            try poller.addConnection(fd, token: Token(kind: .connection, key: key))
        } catch {
            slots.remove(key.index)
            return Socket.close(fd)
        }
        let connection = ServiceConnection(key: key, fd: fd, now: now)
        while connections.count <= Int(key.index) { connections.append(nil) }
        connections[Int(key.index)] = connection
        wheel.remove(key.index)
        drive(connection)
    }

    func close(_ connection: ServiceConnection) {
        guard !connection.isClosed else { return }
        let wasStreaming = connection.isStreaming
        connection.phase = .closed
        pool.release(&connection.input)
        wheel.remove(connection.key.index)
        connections[Int(connection.key.index)] = nil
        slots.remove(connection.key.index)
        Socket.close(connection.fd)
        if wasStreaming { unsubscribe(connection.key) }
    }
}
