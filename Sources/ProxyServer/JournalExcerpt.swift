/// What the journal says of a request whose bytes are long gone when the line is written: masked copies,
/// cut to bounds, in one leased buffer that exists only while the journal is on; and the lines themselves.

import Classifier
import HTTPCodec
import LLMClient
import Reactor
import Session
import Telemetry
import Vocabulary

struct JournalExcerpt {
    /// Where the masked texts are in a run of bytes.
    struct Parts: Sendable {
        var method = ByteRange.empty
        var target = ByteRange.empty
        var contentType = ByteRange.empty
        /// Nil if the body is not to be told.
        var body: ByteRange?
        var bodyLength: UInt64?

        /// A record with the request's part filled in.
        func record(_ bytes: Bytes) -> JournalRecord {
            var record = JournalRecord()
            record.time = Int64(Clock.timeOfDay)
            record.method = method.of(bytes)
            record.target = target.of(bytes)
            record.contentType = contentType.of(bytes)
            record.body = body?.of(bytes)
            record.bodyLength = bodyLength
            return record
        }
    }

    var buffer = ByteBuffer()
    var parts = Parts()
    /// Whether the line is written whoever decides; a verdict of the language model always is.
    var isSampled = false

    /// `buffer` is empty and has room for `JournalLimits.texts` bytes.
    mutating func keep(_ view: RequestView, bodyComplete: Bool, showsText: Bool) {
        parts.method = keep(JournalLimits.method) { Self.copy(view.method, to: $0) }
        let query = showsText ? view.query : Bytes(start: nil, count: 0)
        parts.target = keep(JournalLimits.target) { RequestText.renderTarget(path: view.path, query: query, into: $0) }
        parts.contentType = keep(JournalLimits.contentType) { TextMask.mask(view.contentType, into: $0) }
        parts.bodyLength = view.bodyLength
        parts.body = nil
        guard showsText else { return }
        parts.body = keep(JournalLimits.body) { RequestText.renderBody(view.body, isComplete: bodyComplete, into: $0) }
    }

    private mutating func keep(_ limit: Int, _ write: (UnsafeMutableRawBufferPointer) -> Int) -> ByteRange {
        let count = write(UnsafeMutableRawBufferPointer(rebasing: buffer.writable[..<limit]))
        let range = ByteRange(offset: UInt32(buffer.count), length: UInt32(count))
        buffer.produced(count)
        return range
    }

    private static func copy(_ bytes: Bytes, to room: UnsafeMutableRawBufferPointer) -> Int {
        let cut = Bytes(rebasing: bytes.prefix(room.count))
        room.copyMemory(from: cut)
        return cut.count
    }
}

/// The same, owned: travels with a question to the language model, whose answer may outlive the request.
struct JournalEntry: Sendable {
    var bytes: [UInt8]
    var parts: JournalExcerpt.Parts

    func append(_ verdict: Verdict, labels: LabelTable, to spool: JournalSpool) {
        bytes.withUnsafeBytes { bytes in
            var record = parts.record(bytes)
            record.label = labels.bytes(of: verdict.label)
            record.source = verdict.source
            record.confidence = verdict.confidence
            spool.append(record)
        }
    }
}

/// Takes a fixed share of what it is asked about, evenly.
struct Sampler {
    private let share: Double
    private var due = 0.0

    init(_ share: Double) { self.share = share }

    mutating func take() -> Bool {
        due += share
        guard due >= 1 else { return false }
        due -= 1
        return true
    }
}

extension Worker {
    /// Rules and memories teach nothing: what they say was known before.
    func keepForJournal(_ decision: Decision, about view: RequestView, _ bodyComplete: Bool, for exchange: ExchangeSlot) {
        guard journal != nil, decision.verdict.source == .model || decision.verdict.source == .fallback else { return }
        let isSampled = journalSampler.take()
        guard isSampled || decision.ticket != nil else { return }
        var excerpt = JournalExcerpt()
        excerpt.buffer = buffers.leaseSmall()
        let showsText = shared.options.journal.content == .text && !view.optsOut
        excerpt.keep(view, bodyComplete: bodyComplete, showsText: showsText)
        excerpt.isSampled = isSampled
        exchange.pointee.journal = excerpt
    }

    /// For a question to the language model.
    func journalEntry(_ exchange: ExchangeSlot) -> JournalEntry? {
        let excerpt = exchange.pointee.journal
        guard excerpt.buffer.capacity > 0 else { return nil }
        return JournalEntry(bytes: Array(excerpt.buffer.readable), parts: excerpt.parts)
    }

    /// The exchange is over.
    func journal(_ exchange: ExchangeSlot, status: UInt16) {
        guard let journal, exchange.pointee.journal.buffer.capacity > 0, let verdict = exchange.pointee.verdict,
            exchange.pointee.journal.isSampled || verdict.source == .llm
        else { return }
        var record = exchange.pointee.journal.parts.record(exchange.pointee.journal.buffer.readable)
        record.label = shared.cascade.labels.bytes(of: verdict.label)
        record.source = verdict.source
        record.confidence = verdict.confidence
        record.status = Int(status)
        record.responseBytes = exchange.pointee.responseBytes
        if exchange.pointee.upstreamStatus != 0 { record.service = now - exchange.pointee.sentAt }
        journal.append(record)
    }
}
