/// One client of a service: its buffers and where its exchange is. It decides nothing and makes no
/// system call; `ServiceLoop` drives it.

import HTTPCodec
import Vocabulary

final class ServiceConnection {
    enum Phase {
        /// Before or inside a request head.
        case head
        case body(BodyDecoder)
        /// An answer waits for its delay.
        case waiting(ServiceResponse)
        case streaming
        /// The last answer is being written.
        case closing
        /// It has been; what still arrives is dropped until the peer is done.
        case lingering
        case closed
    }

    let key: SlabKey
    let fd: Int32
    var phase = Phase.head
    var input = ByteBuffer()
    var scanner = HeadScanner()
    /// The head of a request whose body is being read.
    var head: [UInt8] = []
    var body: [UInt8] = []
    var bodyLength: UInt64 = 0
    var output: [UInt8] = []
    var sent = 0
    /// There may be bytes to read: an edge was seen and not yet the end of it.
    var mayRead = true
    /// What the request at hand asks of its answer.
    var keepAlive = true
    var isHead = false
    var minorVersion: UInt8 = 1
    /// When the present phase began, or last made progress.
    var since: Instant
    /// In the loop's list of connections that have more to do.
    var isQueued = false

    init(key: SlabKey, fd: Int32, now: Instant) {
        self.key = key
        self.fd = fd
        since = now
    }

    var hasOutput: Bool { sent < output.count }
    var backlog: Int { output.count - sent }

    var isClosed: Bool {
        if case .closed = phase { return true }
        return false
    }

    var isLingering: Bool {
        if case .lingering = phase { return true }
        return false
    }

    var isStreaming: Bool {
        if case .streaming = phase { return true }
        return false
    }

    /// Between two requests, with nothing of the next one here.
    var isIdle: Bool {
        if case .head = phase { return input.isEmpty && !hasOutput }
        return false
    }

    var wantsInput: Bool {
        switch phase {
        case .head, .body, .streaming, .lingering: true
        case .waiting, .closing, .closed: false
        }
    }

    /// Output capacity kept between answers.
    private static let keptOutput = 64 * 1024

    func outputIsSent() {
        output.removeAll(keepingCapacity: output.capacity <= Self.keptOutput)
        sent = 0
    }
}
