/// The thread of a service: one turn after the other of waiting, events, timers and what was left to
/// do. All of it belongs to the thread that called `run`.

import HTTPCodec
import Reactor
import Vocabulary

final class ServiceLoop {
    let service: Service
    let options: ServiceOptions
    let limits: Limits
    let poller: Poller
    let wheel: TimerWheel
    let slots: Slab<Int32>
    /// By slot; `slots` tells tenancies apart.
    var connections: [ServiceConnection?] = []
    let pool = BufferPool(largeCapacity: largeBuffer)
    let table: FieldTable
    var text = ResponseText()
    var delays = DelayQueue()
    var subscribers: [SlabKey] = []
    /// Connections that gave way to others before they were done.
    var queued: [ServiceConnection] = []
    var now = Clock.now
    var isAccepting = false
    /// When to try again after the descriptors ran out.
    var acceptAgain: Instant?
    var nextFeed: Instant?
    var stopBy: Instant?

    /// Twice the largest head: a whole one always fits.
    private static let largeBuffer = 64 * 1024

    init(_ service: Service) throws(Errno) {
        self.service = service
        options = service.options
        var limits = Limits()
        if case .whole(let limit) = options.body { limits.body = UInt64(max(limit, 0)) }
        self.limits = limits
        poller = try Poller()
        wheel = TimerWheel(now: now)
        slots = Slab(capacity: options.connections, vacant: -1)
        table = FieldTable(capacity: limits.headers)
        try poller.addReader(
            service.mailbox.descriptor, token: Token(kind: .mailbox, key: .none))
    }

    var isStopping: Bool { stopBy != nil }

    func run() throws(Errno) {
        try startAccepting()
        while !isFinished {
            let events = poller.wait(timeout: timeout)
            now = Clock.now
            text.setTime(Clock.timeOfDay / 1_000_000_000)
            for index in 0..<events { handle(poller.event(index)) }
            wheel.advance(to: now) { slot in deadline(ofSlot: slot) }
            answerDelayed()
            feedStreams()
            resumeAccepting()
            driveQueued()
        }
        for connection in connections { if let connection { close(connection) } }
    }

    private var isFinished: Bool {
        guard let stopBy else { return false }
        return slots.count == 0 || stopBy <= now
    }

    /// Milliseconds until there is something to do without an event.
    private var timeout: Int32 {
        if !queued.isEmpty { return 0 }
        let sleep = wheel.sleep(now: now)
        let instants = [delays.next, acceptAgain, nextFeed, stopBy].compactMap(\.self)
        guard let soonest = instants.min() else { return sleep }
        let wait = max((soonest - now).nanoseconds, 0)
        let milliseconds = Int32(clamping: (wait + 999_999) / 1_000_000)
        return sleep < 0 ? milliseconds : min(sleep, milliseconds)
    }

    private func handle(_ event: (token: Token, readiness: Readiness)) {
        switch event.token.kind {
        case .listener: accept()
        case .mailbox: receiveMessages()
        case .signal: break
        case .connection:
            guard let connection = find(event.token.key) else { return }
            if event.readiness.contains(.readable) || event.readiness.contains(.peerClosed) {
                connection.mayRead = true
            }
            if !event.readiness.isDisjoint(with: .failed) { return close(connection) }
            drive(connection)
        }
    }

    func find(_ key: SlabKey) -> ServiceConnection? {
        slots.find(key) == nil ? nil : connections[Int(key.index)]
    }

    private func receiveMessages() {
        for message in service.mailbox.receive() {
            switch message {
            case .stop: stop()
            case .broadcast(let bytes): broadcast(bytes)
            }
        }
    }

    private func stop() {
        guard !isStopping else { return }
        stopBy = now + options.drain
        pauseAccepting()
        acceptAgain = nil
        service.listener.close()
        for connection in connections {
            guard let connection, connection.isIdle || connection.isStreaming else { continue }
            close(connection)
        }
    }

    private func answerDelayed() {
        while let key = delays.pop(now: now) {
            guard let connection = find(key), case .waiting(let response) = connection.phase else {
                continue
            }
            emit(response, to: connection)
            drive(connection)
        }
    }

    private func driveQueued() {
        let batch = queued
        queued.removeAll(keepingCapacity: true)
        for connection in batch {
            connection.isQueued = false
            drive(connection)
        }
    }
}
