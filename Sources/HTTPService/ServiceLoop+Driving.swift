/// Moving one connection as far as it goes: out what is owed, in what is there, and a deadline for
/// what is missing.

import HTTPCodec
import Reactor
import Vocabulary

extension ServiceLoop {
    /// Reads of one connection before the others have their turn.
    private static let readBudget = 16
    /// Unsent bytes beyond which no further request is looked at.
    static let outputMark = 32 * 1024

    func drive(_ connection: ServiceConnection) {
        var reads = 0
        while !connection.isClosed {
            flush(connection)
            if connection.isClosed { return }
            if connection.hasOutput { break }
            if case .closing = connection.phase { linger(connection) }
            if isStopping, connection.isIdle { return close(connection) }
            if progress(connection) { continue }
            guard connection.mayRead, connection.wantsInput else { break }
            guard reads < Self.readBudget else {
                if !connection.isQueued { queued.append(connection) }
                connection.isQueued = true
                break
            }
            reads += 1
            receive(connection)
        }
        armDeadline(connection)
    }

    private func flush(_ connection: ServiceConnection) {
        while connection.hasOutput {
            let transfer = connection.output.withUnsafeBytes { output in
                Socket.send(connection.fd, Bytes(rebasing: output[connection.sent...]))
            }
            switch transfer {
            case .moved(let count):
                connection.sent += count
                connection.since = now
            case .wouldBlock: return
            case .ended, .failed: return close(connection)
            }
        }
        if connection.sent > 0 { connection.outputIsSent() }
    }

    /// Closing at once could reset the connection and take the answer with it (RFC 9112, 9.6).
    private func linger(_ connection: ServiceConnection) {
        Socket.shutdownSending(connection.fd)
        connection.phase = .lingering
        connection.since = now
        connection.input.consume(connection.input.count)
    }

    private func receive(_ connection: ServiceConnection) {
        makeRoom(connection)
        let wasEmpty = connection.input.isEmpty
        switch Socket.receive(connection.fd, into: connection.input.writable) {
        case .moved(let count):
            connection.input.produced(count)
            received(connection, afterSilence: wasEmpty)
        case .wouldBlock:
            connection.mayRead = false
            if wasEmpty { pool.release(&connection.input) }
        // Whatever was complete has been answered: this ends the connection, a message cut short or not.
        case .ended, .failed: close(connection)
        }
    }

    private func received(_ connection: ServiceConnection, afterSilence: Bool) {
        switch connection.phase {
        case .head: if afterSilence { connection.since = now }
        case .body: connection.since = now
        case .streaming, .lingering: connection.input.consume(connection.input.count)
        case .waiting, .closing, .closed: break
        }
    }

    private func makeRoom(_ connection: ServiceConnection) {
        if connection.input.capacity == 0 { connection.input = pool.leaseSmall() }
        if connection.input.room == 0 { connection.input.compact() }
        if connection.input.room == 0 { pool.grow(&connection.input) }
        // The codec refuses a head that would not fit, and consumes everything else.
        precondition(connection.input.room > 0, "an input buffer that nobody empties")
    }

    private func armDeadline(_ connection: ServiceConnection) {
        guard !connection.isClosed else { return }
        let slot = connection.key.index
        guard let patience = patience(with: connection) else { return wheel.disarm(slot) }
        wheel.arm(slot, at: connection.since + patience)
    }

    private func patience(with connection: ServiceConnection) -> Interval? {
        if connection.hasOutput { return options.write }
        return switch connection.phase {
        case .head: connection.input.isEmpty ? options.idle : options.requestHead
        case .body: options.bodyIdle
        case .streaming: options.heartbeat
        case .lingering: options.linger
        case .waiting, .closing, .closed: nil
        }
    }

    func deadline(ofSlot slot: UInt32) {
        guard let connection = connections[Int(slot)] else { return }
        if connection.hasOutput || connection.isLingering || connection.isIdle {
            return close(connection)
        }
        if connection.isStreaming {
            connection.output.append(": still here\n\n")
        } else {
            refuse(
                connection, 408, code: "request_timeout", message: "the request took too long to come")
        }
        drive(connection)
    }
}
