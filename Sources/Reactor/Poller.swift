/// The epoll instance of one thread. Connections are registered once, edge-triggered, for their whole
/// life, so that the request path makes no `epoll_ctl` call; listeners are level-triggered.

import CLinux
import Vocabulary

/// What the 64 user bits of an event say: whose it is and which slot's tenancy it was meant for.
package struct Token {
    package enum Kind: UInt8, Sendable { case connection, listener, mailbox, signal }

    package var kind: Kind
    package var key: SlabKey

    @inlinable
    package init(kind: Kind, key: SlabKey) {
        self.kind = kind
        self.key = key
    }

    @inlinable
    package var bits: UInt64 {
        UInt64(kind.rawValue) << 62 | UInt64(key.generation) << 32 | UInt64(key.index)
    }

    @inlinable
    package init(bits: UInt64) {
        kind = Kind(rawValue: UInt8(bits >> 62)) ?? .connection
        key = SlabKey(
            index: UInt32(truncatingIfNeeded: bits),
            generation: UInt32(truncatingIfNeeded: bits >> 32) & SlabKey.generationMask)
    }
}

package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has shut down its sending side.
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are gone, or an error is pending.
    package static let failed = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
}

package final class Poller {
    /// Events taken in one call; more wait for the next turn of the loop.
    private static let batch = 256

    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    package init() throws(Errno) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last }
        events = .allocate(capacity: Self.batch)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Edge-triggered, both directions, until the descriptor is closed.
    package func addConnection(_ fd: Int32, token: Token) throws(Errno) {
        let interest = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        guard slb_epoll_add(descriptor, fd, interest, token.bits) == 0 else { throw .last }
    }

    /// Level-triggered reads. `exclusive` wakes one of several loops that share the descriptor.
    package func addReader(_ fd: Int32, token: Token, exclusive: Bool = false) throws(Errno) {
        let interest = EPOLLIN.rawValue | (exclusive ? EPOLLEXCLUSIVE.rawValue : 0)
        guard slb_epoll_add(descriptor, fd, interest, token.bits) == 0 else { throw .last }
    }

    package func remove(_ fd: Int32) { _ = slb_epoll_remove(descriptor, fd) }

    /// Waits at most `timeout` milliseconds (-1: for ever) and returns how many events there are.
    package func wait(timeout: Int32) -> Int {
        let count = epoll_wait(descriptor, events, Int32(Self.batch), timeout)
        if count < 0 {
            precondition(slb_errno() == EINTR, "epoll_wait failed")
            return 0
        }
        return Int(count)
    }

    @inline(__always)
    package func event(_ index: Int) -> (token: Token, readiness: Readiness) {
        let event = events[index]
        return (Token(bits: event.data.u64), Readiness(rawValue: event.events))
    }
}
