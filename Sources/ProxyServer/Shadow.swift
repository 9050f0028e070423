/// The shadow model: labels copies of requests on a thread of its own, of low priority, and counts how its
/// labels go with those that the requests had. It decides nothing, and workers never wait for it: a copy
/// that finds no room is dropped and counted.

import CLinux
import Classifier
import Reactor
import Synchronization
import Telemetry
import Vocabulary

/// `@unchecked`: `counts` is set once in `init`, and what it points to is atomic.
final class Shadow: @unchecked Sendable {
    /// Requests that may wait, each in a chunk of its own: 2 MiB.
    private static let places = 32
    /// How long the thread sleeps if nobody rings.
    private static let patience: UInt64 = 1_000_000_000
    /// How far below the workers it is scheduled.
    private static let niceness: Int32 = 10

    let model: Model
    let sample: Double
    private let cascade: Cascade
    private let chunks = AccessLogChunks(count: Shadow.places)
    private let counts: UnsafeMutablePointer<Atomic<UInt64>>
    private let lost = Atomic<UInt64>(0)
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<Thread?>(nil)

    /// `model`: its labels must be among the configured ones.
    init(model: Model, options: ClassifierOptions, sample: Double) throws(RuleProblems) {
        var bare = options
        bare.rules = []
        bare.builtinRules = false
        bare.cache.entries = 0
        bare.llm.isEnabled = false
        cascade = try Cascade(options: bare, model: model, seed: (0, 0))
        self.model = model
        self.sample = sample
        let cells = cascade.labels.count * cascade.labels.count
        counts = .allocate(capacity: cells)
        for index in 0..<cells { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: cascade.labels.count * cascade.labels.count)
        counts.deallocate()
    }

    // MARK: For workers

    /// What of a request is copied: where its texts end, one after another, and what else is known.
    private struct Header {
        var method: UInt32
        var path: UInt32
        var query: UInt32
        var contentType: UInt32
        var body: UInt32
        var label: UInt8
        var isComplete: Bool
        /// All ones if it is not known.
        var bodyLength: UInt64
    }

    /// The body is cut to what there is room for.
    func offer(_ view: RequestView, bodyComplete: Bool, label: Label) {
        let room = AccessLogLimits.chunk - MemoryLayout<Header>.stride
        let fixed = view.method.count + view.path.count + view.query.count + view.contentType.count
        guard fixed <= room, let number = chunks.takeFree() else {
            lost.add(1, ordering: .relaxed)
            return
        }
        let body = Bytes(rebasing: view.body.prefix(room - fixed))
        let base = chunks.base(of: number)
        var end = 0
        func copy(_ bytes: Bytes) -> UInt32 {
            if let source = bytes.baseAddress {
                (base + MemoryLayout<Header>.stride + end).copyMemory(from: source, byteCount: bytes.count)
            }
            end += bytes.count
            return UInt32(end)
        }
        let header = Header(
            method: copy(view.method), path: copy(view.path), query: copy(view.query), contentType: copy(view.contentType),
            body: copy(body), label: label.index, isComplete: bodyComplete && body.count == view.body.count,
            bodyLength: view.bodyLength ?? .max)
        base.storeBytes(of: header, as: Header.self)
        chunks.enqueue(.init(number: number, count: end))
    }

    // MARK: The thread

    func start() throws(Errno) {
        let thread = try Thread(name: "slb-shadow") { [self] in
            slb_lower_priority(Self.niceness)
            run()
        }
        self.thread.withLock { $0 = thread }
    }

    /// What waits is left.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        chunks.bell.ring()
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        let scratch = cascade.makeScratch()
        while !isStopping.load(ordering: .acquiring) {
            chunks.bell.wait(until: UInt64(Clock.now.nanoseconds) + Self.patience)
            while !isStopping.load(ordering: .acquiring), let chunk = chunks.dequeue() {
                label(chunks.base(of: chunk.number), chunk.count, scratch)
                chunks.giveBack(chunk.number)
            }
        }
    }

    private func label(_ base: UnsafeMutableRawPointer, _ count: Int, _ scratch: Scratch) {
        let header = base.load(as: Header.self)
        let texts = Bytes(start: base + MemoryLayout<Header>.stride, count: count)
        func text(_ start: UInt32, _ end: UInt32) -> Bytes { Bytes(rebasing: texts[Int(start)..<Int(end)]) }
        let nothing = Bytes(start: nil, count: 0)
        let view = RequestView(
            method: text(0, header.method), path: text(header.method, header.path), query: text(header.path, header.query),
            host: nothing, contentType: text(header.query, header.contentType), head: nothing,
            fields: UnsafeBufferPointer(start: nil, count: 0), body: text(header.contentType, header.body),
            bodyLength: header.bodyLength == .max ? nil : header.bodyLength)
        let verdict = cascade.classify(view, bodyComplete: header.isComplete, now: .zero, scratch: scratch)
        let cell = Int(header.label) * cascade.labels.count + Int(verdict.label.index)
        counts[cell].add(1, ordering: .relaxed)
    }

    // MARK: For metrics

    var gauge: Gauges.Shadow {
        var gauge = Gauges.Shadow()
        let count = cascade.labels.count
        gauge.labels = cascade.labels.names
        gauge.decisions = (0..<count).map { row in
            (0..<count).map { counts[row * count + $0].load(ordering: .relaxed) }
        }
        gauge.dropped = lost.load(ordering: .relaxed)
        return gauge
    }
}

extension Worker {
    /// What a rule decided no model would change, and what is remembered was seen before.
    func showShadow(_ decision: Decision, _ view: RequestView, _ bodyComplete: Bool) {
        guard let shadow = shared.shadow, decision.verdict.source == .model || decision.verdict.source == .fallback,
            shadowSampler.take()
        else { return }
        shadow.offer(view, bodyComplete: bodyComplete, label: decision.verdict.label)
    }
}
