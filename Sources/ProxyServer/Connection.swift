/// One transport, downstream or upstream: a descriptor, at most two leased buffers and where in its
/// life it is. Plain data in a slab; an idle one holds no buffer and no exchange.

import HTTPCodec
import Reactor
import Telemetry
import Vocabulary

typealias ConnectionSlot = UnsafeMutablePointer<Connection>

struct Connection {
    enum Phase: UInt8 {
        /// Downstream: nothing of a next request has come.
        case waiting
        /// Downstream: a request head is coming in.
        case head
        /// Both sides: serving the exchange in `exchange`.
        case exchange
        /// Downstream: the last answer is on its way out.
        case closing
        /// Downstream: our side is shut, the peer's rest is thrown away (RFC 9112, 9.6).
        case lingering
        /// Upstream: the handshake is under way for `exchange`.
        case connecting
        /// Upstream: kept for a next request.
        case idle
    }

    /// What the connection's one deadline is for.
    enum Timer: UInt8 {
        case none, head, inspection, verdict, body, keepAlive, write, linger, connect, response, idle
    }

    var descriptor: Int32 = -1
    var side = Side.downstream
    var phase = Phase.waiting
    var timer = Timer.none

    /// Edge-triggered readiness, remembered until a call says otherwise.
    var isReadable = false
    /// The kernel has told of the peer's end: no further edge will, so a short read is not the last.
    var endIsNear = false
    var isWritable = true
    /// The peer's end of stream has been read.
    var hasEnded = false
    /// Writing has failed; what the peer sent before may still be worth reading.
    var isBroken = false
    /// Counted as active, which begins with an exchange (upstream: with the handshake for one) and ends
    /// between two.
    var isActive = false
    /// In the worker's queue for the end of the turn.
    var isQueued = false
    /// Downstream: close once the output is gone. Upstream: has served before.
    var closes = false
    var isReused = false
    /// Upstream: the answer's head lets the connection serve again.
    var keepsAlive = false
    /// Upstream: `output` is kept whole for a retry and `sent` says how much has gone.
    var retainsOutput = false
    var sent: UInt32 = 0

    var exchange = UInt32.max
    var input = ByteBuffer()
    var output = ByteBuffer()
    var scanner = HeadScanner()

    /// Downstream: who it is and how many requests it has made.
    var peer = PeerAddress()
    var served: UInt32 = 0

    /// Upstream: whom it leads to, its neighbours in the idle list, and the turn of the loop in which
    /// the request began to leave: bytes reported in that same turn came before it.
    var pool: UInt8 = 0
    var endpoint: UInt8 = 0
    var next = UInt32.max
    var previous = UInt32.max
    var sentTurn: UInt64 = 0

    /// Bytes that still have to leave.
    var unsent: Bytes {
        let bytes = output.readable
        return Bytes(rebasing: bytes[min(Int(sent), bytes.count)...])
    }
}
