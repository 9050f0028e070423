/// The life of the process: opens what must be open before the first request, runs a worker on each
/// core, and turns signals into an orderly end. Everything that can fail at start fails here, with one
/// line that says what and why.

import Classifier
import LLMClient
import Logging
import Reactor
import Synchronization
import Telemetry
import Upstream
import Vocabulary

package final class ProxyServer {
    private enum Notice: Sendable {
        case workerEnded
        case llm(LLMNotice)
    }

    private let options: ProxyOptions
    private let signals: Signals
    private let log: Logger
    private let shared: Shared
    private let workers: [Worker]
    private let notices: Mailbox<Notice>
    private var threads: [Thread] = []
    private var refresher: AddressRefresher?
    private var admin: AdminServer?

    /// Where clients connect, with the ports the kernel chose.
    package let listening: [Address]
    package private(set) var adminAddress: Address?

    /// Binds, resolves, compiles; serves nothing yet. `signals` must be older than any thread.
    package init(options: ProxyOptions, signals: Signals, configText: String, log: Logger) throws(StartFailure) {
        self.options = options
        self.signals = signals
        self.log = log
        let count = options.workers ?? Machine.cores
        let writer = try Self.openAccessLog(options, workers: count, log: log)
        let journal = try Self.openJournal(options, workers: count, log: log)
        let notices = try Self.makeNotices()
        self.notices = notices
        shared = try Shared(
            options: options, workers: count, descriptors: Machine.raiseDescriptorLimit(), accessLog: writer,
            journal: journal
        ) { notices.send(.llm($0)) }
        var desk = try Self.openDesk(options)
        for problem in shared.addresses.withLock({ $0.problems }) { log.warning("\(problem)") }
        if shared.connectionLimit < options.limits.connections {
            log.notice("the descriptor limit allows \(shared.connectionLimit) connections a worker; limits.connections asks for \(options.limits.connections)")
        }
        let binder = try ListenerBinder(options.listeners, workers: count)
        listening = binder.addresses
        do throws(Errno) {
            var workers: [Worker] = []
            for number in 0..<count {
                workers.append(try Worker(number: number, shared: shared, listeners: binder.listeners(of: number), desk: desk))
                desk = nil
            }
            self.workers = workers
        } catch {
            throw StartFailure("cannot set up the event loops: \(error)")
        }
        admin = try options.admin.address.map { (address: Address) throws(StartFailure) in
            try AdminServer(address: address, shared: shared, configText: configText)
        }
        adminAddress = admin?.address
    }

    /// Serves until a signal ends it: the first drains, a second or `drain.timeout` cuts off.
    package func run() throws(StartFailure) {
        do throws(Errno) {
            for worker in workers { threads.append(try start(worker)) }
            try shared.shadow?.start()
            try admin?.start()
            if AddressTable.needsRefresh(options.pools) {
                let mailboxes = workers.map(\.mailbox)
                let shared = shared
                refresher = try AddressRefresher(shared: shared, log: log) { table in
                    shared.addresses.withLock { $0 = table }
                    for mailbox in mailboxes { mailbox.send(.addresses(table)) }
                }
            }
            try superviseUntilEnd()
        } catch {
            throw StartFailure("cannot start a thread: \(error)")
        }
        for thread in threads { thread.join() }
        refresher?.stop()
        admin?.stop()
        shared.shadow?.stop()
        shared.journal?.stop()
        shared.accessLog?.stop()
        log.info("stopped")
    }

    private func start(_ worker: Worker) throws(Errno) -> Thread {
        let carrier = Carrier(worker)
        let notices = notices
        return try Thread(name: "slb-worker-\(worker.number)") {
            carrier.value.run()
            notices.send(.workerEnded)
        }
    }

    /// A worker is handed to its thread once and touched by nobody else from then on.
    private struct Carrier: @unchecked Sendable {
        let value: Worker

        init(_ value: Worker) { self.value = value }
    }

    private func superviseUntilEnd() throws(Errno) {
        let poller = try Poller()
        try poller.addReader(signals.descriptor, token: Token(kind: .signal, key: .none))
        try poller.addReader(notices.descriptor, token: Token(kind: .mailbox, key: .none))
        var running = workers.count
        var deadline: Instant?
        while running > 0 {
            let count = poller.wait(timeout: deadline.map { patience(until: $0) } ?? -1)
            for index in 0..<count where poller.event(index).token.kind == .mailbox {
                for notice in notices.receive() { note(notice, &running) }
            }
            while let signal = signals.next() { obey(signal, &deadline) }
            if let instant = deadline, Clock.now >= instant {
                log.warning("drain.timeout is over; closing what still runs")
                cutOff()
                deadline = Instant(nanoseconds: .max)
            }
        }
    }

    private func note(_ notice: Notice, _ running: inout Int) {
        switch notice {
        case .workerEnded: running -= 1
        case .llm(let notice): log.log(level: notice.isWarning ? .warning : .info, "\(notice.text)")
        }
    }

    private func obey(_ signal: Signal, _ deadline: inout Instant?) {
        switch signal {
        case .terminate, .interrupt:
            if deadline != nil { return cutOff() }
            deadline = Clock.now + options.timeouts.drain
            log.info("draining; a second signal stops at once")
            admin?.beginDraining()
            for worker in workers { worker.mailbox.send(.drain) }
        case .reopen: shared.accessLog?.reopen()
        case .hangup: log.notice("SIGHUP: reloading is not supported in this version")
        }
    }

    private func cutOff() { for worker in workers { worker.mailbox.send(.stop) } }

    private func patience(until instant: Instant) -> Int32 {
        guard instant.nanoseconds != .max else { return -1 }
        return Int32(clamping: max(0, (instant - Clock.now).nanoseconds / 1_000_000 + 1))
    }

    private static func makeNotices() throws(StartFailure) -> Mailbox<Notice> {
        do throws(Errno) { return try Mailbox() } catch {
            throw StartFailure("cannot set up the event loops: \(error)")
        }
    }

    /// The language model's desk, if there is to be one; it does nothing yet.
    private static func openDesk(_ options: ProxyOptions) throws(StartFailure) -> LLMDesk? {
        let stage = options.classifier.llm
        guard stage.isEnabled else { return nil }
        let labels = options.classifier.labels.map { (name: $0, meaning: stage.descriptions[$0] ?? "") }
        let reached = try options.llm.withToken()
        do throws(LLMSetupError) {
            return try LLMDesk(options: reached, labels: labels, now: Clock.now)
        } catch {
            throw StartFailure("classifier.llm: \(error)")
        }
    }

    private static func openJournal(
        _ options: ProxyOptions, workers: Int, log: Logger
    ) throws(StartFailure) -> JournalWriter? {
        do throws(JournalError) {
            return try JournalWriter.start(options.journal, workers: workers) { report in
                switch report {
                case .recovered: log.notice("journal is written again")
                case .failed(let error): log.error("journal: \(error)")
                }
            }
        } catch {
            throw StartFailure("classifier.journal: \(error)")
        }
    }

    private static func openAccessLog(
        _ options: ProxyOptions, workers: Int, log: Logger
    ) throws(StartFailure) -> AccessLogWriter? {
        do throws(AccessLogError) {
            return try AccessLogWriter.start(options.accessLog, workers: workers) { report in
                switch report {
                case .reopened: log.info("access log reopened")
                case .recovered: log.notice("access log is written again")
                case .reopenFailed(let error), .writeFailed(let error): log.error("access log: \(error)")
                }
            }
        } catch {
            throw StartFailure("access_log: \(error)")
        }
    }
}
