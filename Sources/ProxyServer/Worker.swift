/// One event loop on one thread: its sockets, buffers, timers and upstream connections, shared with
/// nobody. This file turns events and deadlines into calls; what the calls do is in the extensions,
/// one a job. Nothing here blocks, and nothing on a request's way allocates in steady state.

import Classifier
import HTTPCodec
import LLMClient
import Reactor
import Session
import Synchronization
import Telemetry
import Upstream
import Vocabulary

final class Worker {
    /// Reads of one connection in one turn, so that a busy one starves no other.
    static let readsPerTurn = 16
    /// Connections taken from one listener in one turn.
    static let acceptsPerTurn = 64

    enum Message: Sendable {
        case drain
        case stop
        case addresses(AddressTable)
        /// To worker 0, where the language model's desk is.
        case question(LLMQuestion)
        case reply(LLMReply)
    }

    let shared: Shared
    let number: Int
    let metrics: WorkerMetrics
    let mailbox: Mailbox<Message>
    let poller: Poller
    let timers: TimerWheel
    let buffers: BufferPool
    let connections: Slab<Connection>
    let exchanges: Slab<Exchange>
    let fields: FieldTable
    let scratch: Scratch
    let idle: IdleConnections
    let accessLog: AccessLogSpool?
    let journal: JournalSpool?
    var journalSampler: Sampler
    var shadowSampler: Sampler
    /// In worker 0 only, if there is a language model.
    let clerk: LLMClerk?
    var identities: IdentitySource

    var listeners: [Listener]
    var addresses: AddressTable
    var now: Instant
    /// Turns of the loop so far; tells events that were gathered before a write from those after.
    var turn: UInt64 = 0
    var downstreams = 0
    var isAccepting = true
    var pausedAt = Instant.zero
    var isDraining = false
    var isStopped = false
    /// Whose head `fields` describes, if it still does.
    var parsed = UInt32.max
    var dates: DateLine

    private var queue: [SlabKey] = []
    private var spareQueue: [SlabKey] = []

    init(number: Int, shared: Shared, listeners: [Listener], desk: LLMDesk? = nil) throws(Errno) {
        self.number = number
        self.shared = shared
        self.listeners = listeners
        now = Clock.now
        metrics = shared.metrics[number]
        mailbox = shared.mailboxes[number]
        poller = try Poller()
        timers = TimerWheel(now: now)
        let limits = shared.options.limits
        let window = shared.options.classifier.inspect.body
        buffers = BufferPool(largeCapacity: limits.head + window + BufferPool.smallCapacity)
        connections = Slab(capacity: shared.connectionLimit * 2 + 1, vacant: Connection())
        exchanges = Slab(capacity: shared.connectionLimit + 1, vacant: Exchange.vacant)
        fields = FieldTable(capacity: limits.headers)
        scratch = shared.cascade.makeScratch()
        idle = IdleConnections(pools: shared.pools)
        identities = IdentitySource(seed: shared.seed &+ UInt64(number))
        accessLog = shared.accessLog?.spools[number]
        journal = shared.journal?.spools[number]
        journalSampler = Sampler(shared.options.journal.sample)
        shadowSampler = Sampler(shared.shadow?.sample ?? 0)
        addresses = shared.addresses.withLock { $0 }
        dates = DateLine()
        if let desk, let board = shared.llm {
            clerk = LLMClerk(desk: desk, board: board, cascade: shared.cascade, metrics: metrics, journal: journal)
        } else {
            clerk = nil
        }
        queue.reserveCapacity(1024)
        spareQueue.reserveCapacity(1024)
        try poller.addReader(mailbox.descriptor, token: Token(kind: .mailbox, key: .none))
        if let clerk { try poller.addReader(clerk.descriptor, token: Self.deskToken) }
        try listen()
    }

    /// Runs on the calling thread until told to stop, or drained.
    func run() {
        while !isStopped {
            let count = poller.wait(timeout: patience())
            now = Clock.now
            turn &+= 1
            for index in 0..<count { dispatch(poller.event(index)) }
            runQueue()
            timers.advance(to: now) { expire($0) }
            serveDesk()
            if !isAccepting, !isDraining { resumeAccepting() }
            if isDraining, downstreams == 0 { break }
        }
        closeEverything()
    }

    /// Milliseconds the loop may sleep.
    private func patience() -> Int32 {
        guard queue.isEmpty else { return 0 }
        var sleep = timers.sleep(now: now)
        if let wake = clerk?.patience(now: now) {
            let pause = Int32(clamping: (wake.nanoseconds + 999_999) / 1_000_000)
            sleep = sleep < 0 ? pause : min(sleep, pause)
        }
        guard !isAccepting, !isDraining else { return sleep }
        let pause = Int32(Self.acceptPause.nanoseconds / 1_000_000)
        return sleep < 0 ? pause : min(sleep, pause)
    }

    private func dispatch(_ event: (token: Token, readiness: Readiness)) {
        switch event.token.kind {
        case .connection:
            guard let slot = connections.find(event.token.key) else { return }
            note(event.readiness, on: slot, event.token.key.index)
        case .listener: accept(from: Int(event.token.key.index))
        case .mailbox:
            guard event.token.key != Self.deskToken.key else { return clerk?.noteReadable() ?? () }
            for message in mailbox.receive() { obey(message) }
        case .signal: preconditionFailure("workers own no signals")
        }
    }

    private func note(_ readiness: Readiness, on slot: ConnectionSlot, _ index: UInt32) {
        if readiness.rawValue & (Readiness.readable.rawValue | Readiness.peerClosed.rawValue) != 0 {
            slot.pointee.isReadable = true
        }
        if readiness.rawValue & (Readiness.failed.rawValue | Readiness.peerClosed.rawValue) != 0 {
            slot.pointee.endIsNear = true
        }
        if readiness.contains(.writable) { slot.pointee.isWritable = true }
        let failed = readiness.rawValue & Readiness.failed.rawValue != 0
        switch slot.pointee.side {
        case .downstream:
            if failed { loseDownstream(index) } else { serveDownstream(index) }
        case .upstream: noteUpstream(index, failed: failed)
        }
    }

    private func obey(_ message: Message) {
        switch message {
        case .drain: drain()
        case .stop: isStopped = true
        case .addresses(let table): addresses = table
        case .question(let question): takeQuestion(question)
        case .reply(let reply): settle(reply)
        }
    }

    /// Serves the connection once more before the loop sleeps: what it holds would raise no event.
    func enqueue(_ index: UInt32) {
        let slot = connections[index]
        guard !slot.pointee.isQueued else { return }
        slot.pointee.isQueued = true
        queue.append(SlabKey(index: index, generation: connections.generation(of: index)))
    }

    private func runQueue() {
        guard !queue.isEmpty else { return }
        swap(&queue, &spareQueue)
        for key in spareQueue {
            guard let slot = connections.find(key) else { continue }
            slot.pointee.isQueued = false
            switch slot.pointee.side {
            case .downstream: serveDownstream(key.index)
            case .upstream: serveUpstream(key.index)
            }
        }
        spareQueue.removeAll(keepingCapacity: true)
    }

    // MARK: Deadlines

    func arm(_ index: UInt32, _ timer: Connection.Timer, after interval: Interval) {
        connections[index].pointee.timer = timer
        timers.arm(index, at: now + interval)
    }

    func disarm(_ index: UInt32) {
        connections[index].pointee.timer = .none
        timers.disarm(index)
    }

    private func expire(_ index: UInt32) {
        let slot = connections[index]
        let timer = slot.pointee.timer
        slot.pointee.timer = .none
        switch timer {
        case .none: return
        case .head: refuse(index, .requestTimeout)
        case .inspection: expireInspection(index)
        case .verdict: expireVerdict(index)
        case .body: checkBodyRate(index)
        case .keepAlive, .linger: closeDownstream(index)
        case .write:
            if slot.pointee.side == .downstream { loseDownstream(index) } else { expireResponse(index) }
        case .connect: failConnect(index)
        case .response: expireResponse(index)
        case .idle: closeUpstream(index)
        }
    }

    // MARK: The end

    /// Stops accepting, lets what runs finish, closes what rests.
    private func drain() {
        guard !isDraining else { return }
        for index in listeners.indices { accept(from: index) }
        isDraining = true
        for listener in listeners {
            if isAccepting { poller.remove(listener.descriptor) }
            listener.close()
        }
        listeners = []
        stopAsking()
        for index in 0..<connections.end where connections[index].pointee.descriptor >= 0 {
            let slot = connections[index]
            if slot.pointee.side == .downstream, slot.pointee.phase == .waiting { serveDownstream(index) }
        }
    }

    private func closeEverything() {
        for listener in listeners { listener.close() }
        for index in 0..<connections.end where connections[index].pointee.descriptor >= 0 {
            if connections[index].pointee.side == .downstream { loseDownstream(index) }
        }
        for index in 0..<connections.end where connections[index].pointee.descriptor >= 0 {
            closeUpstream(index)
        }
    }
}
