/// Where questions to the language model are asked and answered: queue, singleflight, breaker and
/// readiness over libcurl's transfers. It belongs to one thread, never blocks and never reads the clock;
/// whoever owns it watches `descriptor`, calls `turn` when that is readable or `nextWake` has come, and
/// collects answers and notices afterwards.

import Vocabulary

package final class LLMDesk {
    struct Question {
        var key: CacheKey
        var text: [UInt8]
        var asked: Instant
        var deadline: Instant
        /// Whether the breaker let it through to see if the server is well again.
        var isProbe: Bool
    }

    /// A place at the server.
    struct Seat {
        let transfer: Transfer
        var question: Question?
    }

    package let options: LLMOptions
    package internal(set) var counters = LLMCounters()
    package internal(set) var readiness = LLMReadiness.starting

    let loop: TransferLoop
    let prompt: ChatPrompt
    let chatURL: String
    private let reply: ChatReply
    private var seats: [Seat] = []
    private var queue: [Question] = []
    private var breakerRules: Breaker
    var answers: [LLMAnswer] = []
    var notices: [LLMNotice] = []
    var watch: Watch
    private(set) var isShut = false
    private var lastTurn: Instant

    /// `labels` in the order of `Label.index`; a meaning says in a sentence when the label applies and
    /// may be empty. Throws if the options make no sense or the system gives no descriptor.
    package init(
        options: LLMOptions, labels: [(name: String, meaning: String)], now: Instant
    ) throws(LLMSetupError) {
        if let problem = options.problems.first { throw LLMSetupError(description: problem) }
        guard !labels.isEmpty, labels.count <= Limits.labels else {
            throw LLMSetupError(description: "an LLM needs labels to choose from, at most \(Limits.labels)")
        }
        self.options = options
        loop = try TransferLoop(connections: options.maxInFlight + 1, now: now)
        prompt = ChatPrompt(options: options, labels: labels)
        reply = ChatReply(labels: labels.map(\.name))
        chatURL = options.address(of: "/api/chat")
        breakerRules = Breaker(
            failures: options.breakerFailures, pause: options.breakerPause,
            longestPause: options.breakerLongestPause)
        watch = Watch(
            transfer: try Transfer(options: options, replyLimit: Watch.replyLimit), next: now)
        lastTurn = now
        for _ in 0..<options.maxInFlight {
            seats.append(Seat(transfer: try Transfer(options: options, replyLimit: options.responseBytes)))
        }
    }

    /// Readable (level-triggered) while there is something to do. One for the desk's whole life.
    package var descriptor: Int32 { loop.descriptor }

    package var breaker: LLMBreakerState { breakerRules.state }

    /// Whether `ask` would take a new question now, or is worth calling so that a resting model is loaded.
    package func isTaking(now: Instant) -> Bool {
        guard !isShut, readiness == .ready || readiness == .resting else { return false }
        return hasRoom && breakerRules.wouldAdmit(now: now)
    }

    /// `text` is masked; what exceeds `LLMOptions.requestText` is cut off. A refusal is counted here and
    /// has no answer. Call `turn` soon afterwards: `nextWake` says when.
    package func ask(
        _ key: CacheKey, text: Bytes, deadline: Instant, now: Instant
    ) -> LLMReception {
        if join(key, deadline: deadline) {
            counters.joined &+= 1
            return .joined
        }
        if let outcome = refusal(now: now) {
            counters.count(outcome)
            return .refused(outcome)
        }
        let question = Question(
            key: key, text: Array(text.prefix(options.requestText)), asked: now, deadline: deadline,
            isProbe: breakerRules.state == .probing)
        if let seat = freeSeat {
            begin(question, at: seat, now: now)
        } else {
            queue.append(question)
        }
        recount()
        return .accepted
    }

    /// Everything there is to do by now.
    package func turn(now: Instant) {
        lastTurn = now
        guard !isShut else { return }
        loop.drive(now: now)
        while let (transfer, code) = loop.nextDone(now: now) {
            if transfer === watch.transfer {
                finishWatch(transfer.ending(code), now: now)
            } else {
                settle(transfer, transfer.ending(code), now: now)
            }
        }
        expire(now: now)
        advanceWatch(now: now)
        seatWaiting(now: now)
        recount()
    }

    /// When `turn` must be called at the latest. Read it again after every call.
    package var nextWake: Instant? {
        guard !isShut else { return nil }
        var wake = min(loop.wake ?? .never, watch.deadline ?? watch.next)
        for seat in seats { wake = min(wake, seat.question?.deadline ?? .never) }
        for question in queue { wake = min(wake, question.deadline) }
        // So that the owner sees in time that questions are taken again.
        if breakerRules.state == .ejected, breakerRules.until > lastTurn {
            wake = min(wake, breakerRules.until)
        }
        return wake == .never ? nil : wake
    }

    package func nextAnswer() -> LLMAnswer? { answers.isEmpty ? nil : answers.removeFirst() }

    package func nextNotice() -> LLMNotice? { notices.isEmpty ? nil : notices.removeFirst() }

    /// Ends everything at once; the open questions' answers are `cancelled`. Nothing is taken afterwards.
    package func shutdown(now: Instant) {
        guard !isShut else { return }
        loop.cancel(watch.transfer, now: now)
        for index in seats.indices {
            guard let question = vacate(index, now: now) else { continue }
            answer(question, .cancelled, now: now)
        }
        flush(.cancelled, now: now)
        isShut = true
        recount()
    }
}

/// Asking.
extension LLMDesk {
    private var hasRoom: Bool { freeSeat != nil || queue.count < options.queue }

    private var freeSeat: Int? { seats.firstIndex { $0.question == nil } }

    /// Whether questions are under way; the server is busy with the model then.
    var isAsking: Bool { seats.contains { $0.question != nil } }

    /// A joined question lives as long as its most patient asker wants.
    private func join(_ key: CacheKey, deadline: Instant) -> Bool {
        if let index = seats.firstIndex(where: { $0.question?.key == key }),
            let present = seats[index].question?.deadline
        {
            seats[index].question?.deadline = max(present, deadline)
            return true
        }
        guard let index = queue.firstIndex(where: { $0.key == key }) else { return false }
        queue[index].deadline = max(queue[index].deadline, deadline)
        return true
    }

    private func refusal(now: Instant) -> LLMOutcome? {
        guard !isShut else { return .notReady }
        switch readiness {
        case .ready: break
        case .resting:
            wakeModel(now: now)
            return .notReady
        case .modelMissing: return .modelMissing
        case .starting, .loading, .unreachable: return .notReady
        }
        guard hasRoom else { return .queueFull }
        return breakerRules.admit(now: now) ? nil : .breakerOpen
    }

    private func begin(_ question: Question, at index: Int, now: Instant) {
        seats[index].question = question
        let body = question.text.withUnsafeBytes { prompt.question($0) }
        let transfer = seats[index].transfer
        guard transfer.prepare(.post(body), url: chatURL), loop.start(transfer, now: now) else {
            seats[index].question = nil
            fail(question, .connectError, now: now)
            return
        }
    }

    private func seatWaiting(now: Instant) {
        while !queue.isEmpty, let seat = freeSeat {
            begin(queue.removeFirst(), at: seat, now: now)
        }
    }

    private func recount() {
        counters.queued = queue.count
        counters.inFlight = seats.count { $0.question != nil }
    }
}

/// Settling.
extension LLMDesk {
    private func settle(_ transfer: Transfer, _ ending: Transfer.Ending, now: Instant) {
        guard let index = seats.firstIndex(where: { $0.transfer === transfer }),
            let question = vacate(index, now: now)
        else { return }
        switch ending {
        case .failed(let outcome): fail(question, outcome, now: now)
        case .status(200):
            let finding = transfer.reply.withUnsafeBytes { reply.find(in: $0) }
            switch finding {
            case .label(let label, let confidence):
                noteRecovery()
                answer(question, .ok, label: label, confidence: confidence, now: now)
            case .wrongLabel: fail(question, .wrongLabel, now: now)
            case .nothing: fail(question, .malformed, now: now)
            }
        case .status(404) where Watch.saysModelIsMissing(transfer.reply):
            fail(question, .modelMissing, now: now)
            missModel(now: now)
        case .status(429), .status(503): fail(question, .busy, now: now)
        case .status: fail(question, .httpError, now: now)
        }
    }

    /// Takes the question from its seat, whose transfer has ended or is ended here.
    private func vacate(_ index: Int, now: Instant) -> Question? {
        guard let question = seats[index].question else { return nil }
        counters.bytesSent &+= UInt64(seats[index].transfer.bytesSent)
        loop.cancel(seats[index].transfer, now: now)
        seats[index].question = nil
        return question
    }

    private func expire(now: Instant) {
        for index in seats.indices {
            guard let deadline = seats[index].question?.deadline, deadline <= now,
                let question = vacate(index, now: now)
            else { continue }
            fail(question, .timeout, now: now)
        }
        guard queue.contains(where: { $0.deadline <= now }) else { return }
        let late = queue.filter { $0.deadline <= now }
        queue.removeAll { $0.deadline <= now }
        for question in late {
            // The server had no chance to answer it; but a probe that goes nowhere must end.
            if question.isProbe {
                fail(question, .timeout, now: now)
            } else {
                answer(question, .timeout, now: now)
            }
        }
    }

    private func fail(_ question: Question, _ outcome: LLMOutcome, now: Instant) {
        answer(question, outcome, now: now)
        guard breakerRules.fail(now: now) else { return }
        if !question.isProbe {
            notices.append(
                LLMNotice(
                    isWarning: true,
                    text: "the LLM at \(options.url) fails (\(outcome.name)); it is left alone for a while"))
        }
        flush(.breakerOpen, now: now)
    }

    private func noteRecovery() {
        if breakerRules.state != .admitting {
            notices.append(LLMNotice(isWarning: false, text: "the LLM at \(options.url) answers again"))
        }
        breakerRules.succeed()
    }

    func flush(_ outcome: LLMOutcome, now: Instant) {
        let waiting = queue
        queue.removeAll(keepingCapacity: true)
        for question in waiting { answer(question, outcome, now: now) }
    }

    private func answer(
        _ question: Question, _ outcome: LLMOutcome, label: Label? = nil, confidence: Float = 0,
        now: Instant
    ) {
        counters.count(outcome)
        answers.append(
            LLMAnswer(
                key: question.key, outcome: outcome, label: label, confidence: confidence,
                duration: now - question.asked))
    }
}

extension Instant {
    /// Later than any clock will say.
    static let never = Instant(nanoseconds: .max)
}

package struct LLMSetupError: Error, CustomStringConvertible, Equatable {
    package var description: String
}
