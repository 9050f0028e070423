/// What all workers share: immutable after start, or atomic inside. Making one resolves names, compiles
/// rules and opens the access log, so it may fail, and says why.

import Classifier
import HTTPCodec
import LLMClient
import Reactor
import Session
import Synchronization
import Telemetry
import Upstream
import Vocabulary

final class Shared: Sendable {
    let options: ProxyOptions
    let workers: Int
    let cascade: Cascade
    let pools: [PoolState]
    /// Indexed by label.
    let poolOfLabel: [UInt8]
    let routeFields: RouteFields
    let texts: PoolTexts
    let layout: MetricsLayout
    let metrics: [WorkerMetrics]
    let events = EventRing()
    let accessLog: AccessLogWriter?
    /// Nil if none is kept.
    let journal: JournalWriter?
    /// Nil without a second model.
    let shadow: Shadow?
    /// Each worker's.
    let mailboxes: [Mailbox<Worker.Message>]
    /// Nil without a language model.
    let llm: LLMBoard?
    /// Workers have copies of their own; this one is for whoever else asks.
    let addresses: Mutex<AddressTable>
    /// Downstream connections of one worker, after what the descriptor limit allows.
    let connectionLimit: Int
    let seed: UInt64

    /// Descriptors for everything that is not a connection: listeners, epoll, logs, the admin side.
    static let reservedDescriptors = 64

    init(
        options: ProxyOptions, workers: Int, descriptors: UInt64, accessLog: AccessLogWriter?,
        journal: JournalWriter?, report: @escaping @Sendable (LLMNotice) -> Void
    ) throws(StartFailure) {
        self.options = options
        self.workers = workers
        self.accessLog = accessLog
        self.journal = journal
        do throws(Errno) {
            mailboxes = try (0..<workers).map { (_: Int) throws(Errno) in try Mailbox() }
        } catch {
            throw StartFailure("cannot set up the event loops: \(error)")
        }
        llm =
            options.classifier.llm.isEnabled
            ? LLMBoard(options: options.llm, mailbox: mailboxes[0], report: report) : nil
        var random = SystemRandomNumberGenerator()
        seed = random.next()
        let model: Model?
        do throws(ModelProblem) {
            model = try options.classifier.model.load(labels: options.classifier.labels)
        } catch {
            throw StartFailure("classifier.model.path: \(error)")
        }
        do throws(RuleProblems) {
            cascade = try Cascade(options: options.classifier, model: model, seed: (random.next(), random.next()))
        } catch {
            throw StartFailure("\(error)")
        }
        shadow = try Self.shadow(options)
        pools = options.pools.map { PoolState(options: $0) }
        poolOfLabel = try options.classifier.labels.map { (name: String) throws(StartFailure) in
            let pool = options.classifier.poolOfLabel[name]
            guard let index = options.pools.firstIndex(where: { $0.name == pool }) else {
                throw StartFailure("label '\(name)' leads to no pool; add it under pools")
            }
            return UInt8(index)
        }
        routeFields = RouteFields(labels: cascade.labels)
        texts = PoolTexts(pools: options.pools)
        layout = MetricsLayout(
            labels: options.classifier.labels,
            pools: options.pools.map { .init(name: $0.name, endpoints: $0.endpoints.map(\.url)) },
            rejectReasons: Failure.allNames, llmOutcomes: llm == nil ? [] : LLMOutcome.names,
            hasModel: model != nil)
        let layout = layout
        metrics = (0..<workers).map { _ in WorkerMetrics(layout: layout) }
        addresses = Mutex(AddressTable.resolve(options.pools))
        let room = Int(clamping: descriptors) - Self.reservedDescriptors
        connectionLimit = max(1, min(options.limits.connections, room / 2 / workers))
    }

    private static func shadow(_ options: ProxyOptions) throws(StartFailure) -> Shadow? {
        let model: Model?
        do throws(ModelProblem) { model = try options.shadow.load() } catch {
            throw StartFailure("classifier.shadow.path: \(error)")
        }
        guard let model else { return nil }
        do throws(RuleProblems) {
            return try Shadow(model: model, options: options.classifier, sample: options.shadow.sample)
        } catch {
            throw StartFailure("classifier.shadow.path: \(error)")
        }
    }

    func rejectIndex(of failure: Failure) -> Int { failure.number }
}

/// Why the proxy did not start: one line for people.
package struct StartFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Names of pools and endpoints as bytes, for the log.
final class PoolTexts: @unchecked Sendable {
    // Written in `init` only.
    private let names: [Bytes]
    private let urls: [[Bytes]]

    init(pools: [PoolOptions]) {
        names = pools.map { Self.copy($0.name) }
        urls = pools.map { $0.endpoints.map { Self.copy($0.url) } }
    }

    deinit { for text in names + urls.joined() { text.deallocate() } }

    func pool(_ index: UInt8) -> Bytes { names[Int(index)] }

    func endpoint(_ pool: UInt8, _ endpoint: UInt8) -> Bytes { urls[Int(pool)][Int(endpoint)] }

    private static func copy(_ text: String) -> Bytes {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        memory.copyBytes(from: text.utf8)
        return Bytes(memory)
    }
}
