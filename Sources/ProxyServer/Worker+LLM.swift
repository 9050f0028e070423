/// The language model from a worker's side: asking about a request, parking one that waits for the
/// answer, and letting it go with an answer or without. No request ever fails here.

import Classifier
import LLMClient
import Reactor
import Session
import Telemetry
import Vocabulary

extension Worker {
    /// In worker 0, for the desk's descriptor: another mailbox, in a way.
    static var deskToken: Token { Token(kind: .mailbox, key: SlabKey(index: 0, generation: 0)) }

    /// Whether the language model would take a question now.
    var mayAsk: Bool {
        guard let board = shared.llm, !isDraining else { return false }
        return board.refusal == nil
    }

    /// Asks about the request if that is wanted. `true`: a reply will come, and the exchange is to wait.
    func ask(_ decision: Decision, about view: RequestView, for key: UInt32) -> Bool {
        guard let board = shared.llm, decision.isOpen else { return false }
        guard let ticket = decision.ticket else {
            metrics.llmRequest(outcome: Int((board.refusal ?? .notReady).rawValue))
            return false
        }
        let waits = ticket.mode == .wait
        if !waits, board.isOpen(ticket.shapeKey) {
            metrics.llmJoined()
            return false
        }
        guard board.reserve() else {
            metrics.llmRequest(outcome: Int(LLMOutcome.queueFull.rawValue))
            return false
        }
        board.open(ticket.shapeKey)
        var question = LLMQuestion(
            ticket: ticket, text: questionText(view, board.options.requestText),
            deadline: now + board.options.answerTimeout, entry: journalEntry(exchanges[key]))
        if waits {
            let exchange = SlabKey(index: key, generation: exchanges.generation(of: key))
            question.waiter = LLMWaiter(worker: number, exchange: exchange)
        }
        return hand(question, to: board) && waits
    }

    /// `false`: there will be no reply.
    private func hand(_ question: LLMQuestion, to board: LLMBoard) -> Bool {
        if let clerk { return clerk.take(question, now: now) }
        board.mailbox.send(.question(question))
        return true
    }

    /// What leaves for the language model: masked, and no more than a question may have.
    private func questionText(_ view: RequestView, _ limit: Int) -> [UInt8] {
        let isWhole = view.bodyLength == UInt64(view.body.count)
        return [UInt8](unsafeUninitializedCapacity: limit) { memory, count in
            count = RequestText.render(view, bodyComplete: isWhole, into: UnsafeMutableRawBufferPointer(memory))
        }
    }

    // MARK: Waiting

    /// The exchange stays where it is: decided for the session, unserialised, without an upstream.
    func park(_ key: UInt32) {
        guard let board = shared.llm else { return }
        let exchange = exchanges[key]
        exchange.pointee.isParked = true
        arm(exchange.pointee.downstream, .verdict, after: board.options.deadline)
    }

    /// An answer, or the news that there is none. The exchange may have left without it, or be gone.
    func settle(_ reply: LLMReply) {
        let key = reply.waiter.exchange
        guard let exchange = exchanges.find(key), exchange.pointee.isParked else {
            // Too late for the request, but not for the journal.
            guard let journal, let verdict = reply.verdict else { return }
            reply.entry?.append(verdict, labels: shared.cascade.labels, to: journal)
            return
        }
        if let verdict = reply.verdict { exchange.pointee.verdict = verdict }
        unpark(key.index)
    }

    /// The deadline has come.
    func expireVerdict(_ index: UInt32) {
        guard connections[index].pointee.phase == .exchange else { return }
        unpark(connections[index].pointee.exchange)
    }

    /// Lets the exchange go on with the verdict it has.
    func unpark(_ key: UInt32) {
        let exchange = exchanges[key]
        guard exchange.pointee.isParked else { return }
        exchange.pointee.isParked = false
        let index = exchange.pointee.downstream
        if connections[index].pointee.timer == .verdict { disarm(index) }
        noteDecision(exchange)
        if dispatch(key) == .input { serveDownstream(index) }
    }

    // MARK: Worker 0

    func serveDesk() {
        clerk?.serve(now: now) { deliver($0) }
    }

    func takeQuestion(_ question: LLMQuestion) {
        guard let clerk, !clerk.take(question, now: now), let waiter = question.waiter else { return }
        deliver(LLMReply(waiter: waiter, verdict: nil, entry: nil))
    }

    private func deliver(_ reply: LLMReply) {
        guard reply.waiter.worker != number else { return settle(reply) }
        shared.mailboxes[reply.waiter.worker].send(.reply(reply))
    }

    /// Nobody waits any more: a drain is not held up for an opinion.
    func stopAsking() {
        if let clerk {
            poller.remove(clerk.descriptor)
            clerk.shutdown(now: now) { deliver($0) }
        }
        for index in 0..<connections.end where connections[index].pointee.descriptor >= 0 {
            let slot = connections[index]
            guard slot.pointee.side == .downstream, slot.pointee.phase == .exchange else { continue }
            unpark(slot.pointee.exchange)
        }
    }
}
