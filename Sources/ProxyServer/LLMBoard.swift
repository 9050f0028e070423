/// What every thread may know of the language model without asking worker 0, where its desk is: whether
/// questions are taken, which are open, and the numbers for metrics. Atomics only; it decides nothing.

import LLMClient
import Reactor
import Synchronization
import Vocabulary

/// `@unchecked`: `marks` is set once in `init`, and what it points to is atomic.
final class LLMBoard: @unchecked Sendable {
    let options: LLMOptions
    /// Worker 0's.
    let mailbox: Mailbox<Worker.Message>
    /// Tells the operator; from any thread, and without waiting.
    let report: @Sendable (LLMNotice) -> Void

    private static let taking = UInt8.max
    private let refusalCode = Atomic<UInt8>(LLMOutcome.notReady.rawValue)
    /// Questions on their way to the desk or accepted by it.
    private let posted = Atomic<Int>(0)
    private let queued = Atomic<Int>(0)
    private let inFlight = Atomic<Int>(0)
    private let breakerCode = Atomic<UInt8>(LLMBreakerState.admitting.rawValue)
    private let readinessCode = Atomic<UInt8>(LLMReadiness.starting.rawValue)
    /// Parts of open questions' keys, each in the place that its other half names. Two keys that meet in
    /// one place cost a question that is made in vain, since the desk would have it join.
    private let marks: UnsafeMutablePointer<Atomic<UInt64>>
    private static let places = 1024

    init(options: LLMOptions, mailbox: Mailbox<Worker.Message>, report: @escaping @Sendable (LLMNotice) -> Void) {
        self.options = options
        self.mailbox = mailbox
        self.report = report
        marks = .allocate(capacity: Self.places)
        for index in 0..<Self.places { (marks + index).initialize(to: Atomic(0)) }
    }

    deinit {
        marks.deinitialize(count: Self.places)
        marks.deallocate()
    }

    // MARK: For those who ask

    /// Why no question would be taken now; nil if one would.
    var refusal: LLMOutcome? {
        let code = refusalCode.load(ordering: .relaxed)
        return code == Self.taking ? nil : LLMOutcome(rawValue: code) ?? .notReady
    }

    /// Whether the same question has been asked and not been answered.
    func isOpen(_ key: CacheKey) -> Bool { mark(key).pointee.load(ordering: .relaxed) == Self.tag(key) }

    /// A place for one more question, before anything is made for it. `false`: as many are on their way
    /// as the desk will ever hold.
    func reserve() -> Bool {
        let limit = options.queue + options.maxInFlight
        guard posted.add(1, ordering: .relaxed).newValue > limit else { return true }
        release()
        return false
    }

    func open(_ key: CacheKey) {
        _ = mark(key).pointee.compareExchange(expected: 0, desired: Self.tag(key), ordering: .relaxed)
    }

    // MARK: For the desk's owner

    func release() { posted.subtract(1, ordering: .relaxed) }

    func close(_ key: CacheKey) {
        _ = mark(key).pointee.compareExchange(expected: Self.tag(key), desired: 0, ordering: .relaxed)
    }

    func publish(_ desk: LLMDesk, now: Instant) {
        refusalCode.store(Self.refusal(of: desk, now: now)?.rawValue ?? Self.taking, ordering: .relaxed)
        queued.store(desk.counters.queued, ordering: .relaxed)
        inFlight.store(desk.counters.inFlight, ordering: .relaxed)
        breakerCode.store(desk.breaker.rawValue, ordering: .relaxed)
        readinessCode.store(desk.readiness.rawValue, ordering: .relaxed)
    }

    /// The desk is gone.
    func shut() { refusalCode.store(LLMOutcome.notReady.rawValue, ordering: .relaxed) }

    private static func refusal(of desk: LLMDesk, now: Instant) -> LLMOutcome? {
        if desk.isTaking(now: now) { return nil }
        switch desk.readiness {
        case .modelMissing: return .modelMissing
        case .starting, .loading, .unreachable: return .notReady
        case .ready, .resting: return desk.counters.queued >= desk.options.queue ? .queueFull : .breakerOpen
        }
    }

    // MARK: For metrics

    var queueDepth: Int { queued.load(ordering: .relaxed) }
    var questionsInFlight: Int { inFlight.load(ordering: .relaxed) }
    var breaker: LLMBreakerState { LLMBreakerState(rawValue: breakerCode.load(ordering: .relaxed)) ?? .admitting }
    var readiness: LLMReadiness { LLMReadiness(rawValue: readinessCode.load(ordering: .relaxed)) ?? .starting }

    private func mark(_ key: CacheKey) -> UnsafeMutablePointer<Atomic<UInt64>> {
        marks + Int(key.low & UInt64(Self.places - 1))
    }

    /// Never zero, which is an empty place.
    private static func tag(_ key: CacheKey) -> UInt64 { key.high | 1 }
}
