/// Worker 0's dealings with the language model's desk: takes questions of all workers, puts verdicts into
/// the cascade's memory and says who waits for them. It knows no connection and no exchange.

import Classifier
import LLMClient
import Telemetry
import Vocabulary

/// A question on its way to the desk.
struct LLMQuestion: Sendable {
    var ticket: Ticket
    /// Masked.
    var text: [UInt8]
    var deadline: Instant
    /// The request for the journal, if there is one.
    var entry: JournalEntry?
    /// Who waits for the answer, if anybody does.
    var waiter: LLMWaiter?
}

/// A parked exchange. The key is stale once the exchange has ended, however it did.
struct LLMWaiter: Sendable {
    var worker: Int
    var exchange: SlabKey
}

/// What became of a waiter's question.
struct LLMReply: Sendable {
    var waiter: LLMWaiter
    /// Nil if there is none: the best guess stands.
    var verdict: Verdict?
    /// For the journal, if the exchange cannot write it any more.
    var entry: JournalEntry?
}

final class LLMClerk {
    private struct Petition {
        var ticket: Ticket
        var waiter: LLMWaiter?
        var entry: JournalEntry?
    }

    private let desk: LLMDesk
    private let board: LLMBoard
    private let cascade: Cascade
    private let metrics: WorkerMetrics
    /// Worker 0's.
    private let journal: JournalSpool?
    /// Who asked, by the question's key. The desk bounds the keys, the parked exchanges the waiters.
    private var petitions: [CacheKey: [Petition]] = [:]
    private var bytesSent: UInt64 = 0
    /// Something has happened that the desk must look at.
    private var isDue = true
    private var wake: Instant?

    init(desk: LLMDesk, board: LLMBoard, cascade: Cascade, metrics: WorkerMetrics, journal: JournalSpool?) {
        self.desk = desk
        self.board = board
        self.cascade = cascade
        self.metrics = metrics
        self.journal = journal
    }

    /// To be watched for reading.
    var descriptor: Int32 { desk.descriptor }

    func noteReadable() { isDue = true }

    /// How long the loop may sleep; nil is for ever.
    func patience(now: Instant) -> Interval? {
        if isDue { return .zero }
        return wake.map { max($0 - now, .zero) }
    }

    /// `false`: there will be no reply. The place was reserved on the board by whoever asks.
    func take(_ question: LLMQuestion, now: Instant) -> Bool {
        isDue = true
        let key = question.ticket.shapeKey
        let reception = question.text.withUnsafeBytes {
            desk.ask(key, text: $0, deadline: question.deadline, now: now)
        }
        let petition = Petition(ticket: question.ticket, waiter: question.waiter, entry: question.entry)
        switch reception {
        case .accepted:
            petitions[key, default: []].append(petition)
            return true
        case .joined:
            metrics.llmJoined()
            board.release()
            // Whoever does not wait finds the answer under the shape's key.
            if question.waiter != nil { petitions[key, default: []].append(petition) }
            return true
        case .refused(let outcome):
            metrics.llmRequest(outcome: Int(outcome.rawValue))
            board.release()
            board.close(key)
            return false
        }
    }

    /// What there is to do by now; `reply` gets what waiters are to be told.
    func serve(now: Instant, reply: (LLMReply) -> Void) {
        guard isDue || wake.map({ $0 <= now }) ?? false else { return }
        isDue = false
        desk.turn(now: now)
        collect(now: now, reply)
        wake = desk.nextWake
        board.publish(desk, now: now)
    }

    /// Every waiter gets a reply now, and nobody one later.
    func shutdown(now: Instant, reply: (LLMReply) -> Void) {
        desk.shutdown(now: now)
        collect(now: now, reply)
        board.publish(desk, now: now)
        board.shut()
        isDue = false
        wake = nil
    }

    private func collect(now: Instant, _ reply: (LLMReply) -> Void) {
        while let answer = desk.nextAnswer() {
            board.release()
            board.close(answer.key)
            metrics.llmAnswered(outcome: Int(answer.outcome.rawValue), took: answer.duration)
            let verdict = answer.label.map { Verdict(label: $0, confidence: answer.confidence, source: .llm) }
            for petition in petitions.removeValue(forKey: answer.key) ?? [] {
                if let verdict {
                    cascade.store(verdict.label, confidence: verdict.confidence, for: petition.ticket, now: now)
                }
                if let waiter = petition.waiter {
                    reply(LLMReply(waiter: waiter, verdict: verdict, entry: petition.entry))
                } else if let verdict, let journal {
                    petition.entry?.append(verdict, labels: cascade.labels, to: journal)
                }
            }
        }
        while let notice = desk.nextNotice() { board.report(notice) }
        let sent = desk.counters.bytesSent
        metrics.llmSent(sent &- bytesSent)
        bytesSent = sent
    }
}
