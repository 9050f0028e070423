/// What the access log says of a request whose head is long gone when the line is written: copies of
/// a few values, cut to bounds, in one leased buffer that exists only while the log is on.

import Classifier
import HTTPCodec
import Reactor
import Session
import Telemetry
import Vocabulary

struct LogExcerpt {
    var buffer = ByteBuffer()
    var method = ByteRange.empty
    var target = ByteRange.empty
    var host = ByteRange.empty
    var userAgent = ByteRange.empty
    var referer = ByteRange.empty
    var id = ByteRange.empty

    /// Bytes kept of one value.
    private static let longestValue = 2048

    /// `buffer` has room for six values.
    mutating func keep(_ value: Bytes?) -> ByteRange {
        guard let value, !value.isEmpty else { return .empty }
        let cut = Bytes(rebasing: value.prefix(Self.longestValue))
        let range = ByteRange(offset: UInt32(buffer.count), length: UInt32(cut.count))
        buffer.append(cut)
        return range
    }
}

extension Worker {
    func keepExcerpt(_ key: UInt32) {
        guard accessLog != nil else { return }
        let exchange = exchanges[key]
        let head = exchange.pointee.head
        let bytes = Bytes(rebasing: connections[exchange.pointee.downstream].pointee.input.readable[..<head.length])
        var excerpt = LogExcerpt()
        excerpt.buffer = buffers.leaseSmall()
        excerpt.method = excerpt.keep(head.method.of(bytes))
        excerpt.target = excerpt.keep(target(head, bytes))
        excerpt.host = excerpt.keep(head.authority.of(bytes))
        excerpt.userAgent = excerpt.keep(fields.first(.userAgent, in: bytes))
        excerpt.referer = excerpt.keep(fields.first(.referer, in: bytes))
        excerpt.id = excerpt.keep(fields.first(.xRequestID, in: bytes))
        exchange.pointee.excerpt = excerpt
    }

    /// Path and query lie beside each other in the head.
    private func target(_ head: RequestHead, _ bytes: Bytes) -> Bytes {
        guard head.hasQuery else { return head.path.of(bytes) }
        return ByteRange(Int(head.path.offset), Int(head.query.offset + head.query.length)).of(bytes)
    }

    /// A request that never became an exchange: who sent it and why it was refused.
    func logRefusal(_ slot: ConnectionSlot, _ failure: Failure) {
        guard let accessLog else { return }
        withUnsafeTemporaryAllocation(byteCount: PeerAddress.textCapacity, alignment: 1) { text in
            var record = AccessLogRecord()
            record.time = Int64(Clock.timeOfDay)
            record.client = Bytes(rebasing: Bytes(text)[..<slot.pointee.peer.write(to: text)])
            record.status = Int(failure.status)
            record.termination = failure.code
            accessLog.append(record)
        }
    }

    func log(_ exchange: ExchangeSlot, status: UInt16, took: Interval) {
        guard let accessLog else { return }
        withUnsafeTemporaryAllocation(byteCount: PeerAddress.textCapacity + RequestID.textLength, alignment: 1) { text in
            var scratch = ByteBuffer(base: text.baseAddress.unsafelyUnwrapped, capacity: text.count)
            scratch.produced(connections[exchange.pointee.downstream].pointee.peer.write(to: scratch.writable))
            let client = scratch.readable
            exchange.pointee.id.append(to: &scratch)
            let ownID = Bytes(rebasing: scratch.readable[client.count...])
            accessLog.append(entry(exchange, client, ownID, status, took))
        }
    }

    private func entry(
        _ exchange: ExchangeSlot, _ client: Bytes, _ ownID: Bytes, _ status: UInt16, _ took: Interval
    ) -> AccessLogRecord {
        let excerpt = exchange.pointee.excerpt
        let bytes = excerpt.buffer.readable
        var record = AccessLogRecord()
        record.time = Int64(Clock.timeOfDay)
        record.client = client
        record.requestID = excerpt.id.isEmpty ? ownID : excerpt.id.of(bytes)
        record.method = excerpt.method.of(bytes)
        record.target = excerpt.target.of(bytes)
        record.host = excerpt.host.of(bytes)
        record.userAgent = excerpt.userAgent.of(bytes)
        record.referer = excerpt.referer.of(bytes)
        let version: StaticString = exchange.pointee.head.minorVersion == 1 ? "HTTP/1.1" : "HTTP/1.0"
        record.version = Bytes(start: version.utf8Start, count: version.utf8CodeUnitCount)
        record.status = Int(status)
        record.requestBytes = exchange.pointee.requestBytes
        record.responseBytes = exchange.pointee.responseBytes
        record.duration = took
        record.termination = exchange.pointee.failure?.code ?? "complete"
        guard let verdict = exchange.pointee.verdict else { return record }
        record.label = shared.cascade.labels.bytes(of: verdict.label)
        record.source = verdict.source
        record.confidence = verdict.confidence
        record.pool = shared.texts.pool(exchange.pointee.pool)
        guard exchange.pointee.sentAt != .zero else { return record }
        record.endpoint = shared.texts.endpoint(exchange.pointee.pool, exchange.pointee.endpoint)
        record.upstreamStatus = Int(exchange.pointee.upstreamStatus)
        record.isUpstreamReused = exchange.pointee.connectAt == .zero
        record.connectTime = exchange.pointee.connectAt == .zero ? nil : exchange.pointee.connectTook
        if exchange.pointee.answeredAt != .zero { record.responseTime = exchange.pointee.answeredAt - exchange.pointee.sentAt }
        return record
    }
}
