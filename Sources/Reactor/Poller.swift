/// The epoll instance of one thread. Connections are registered once, edge-triggered, for their whole
/// life, so that the request path makes no `epoll_ctl` call; listeners are level-triggered.

import CLinux
import Vocabulary

/// What the 64 user bits of an event say: whose it is and which slot's tenancy it was meant for.
public struct Token {
    public enum Kind: UInt8, Sendable { case connection, listener, mailbox, signal }

    public var kind: Kind
    public var key: SlabKey

    @inlinable
    public init(kind: Kind, key: SlabKey) {
        self.kind = kind
        self.key = key
    }

    @inlinable
    public var bits: UInt64 {
        UInt64(kind.rawValue) << 62 | UInt64(key.generation) << 32 | UInt64(key.index)
    }

    @inlinable
    public init(bits: UInt64) {
        kind = Kind(rawValue: UInt8(bits >> 62)) ?? .connection
        key = SlabKey(
            index: UInt32(truncatingIfNeeded: bits),
            generation: UInt32(truncatingIfNeeded: bits >> 32) & SlabKey.generationMask)
    }
}

public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has shut down its sending side.
    public static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are gone, or an error is pending.
    public static let failed = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
}

public final class Poller {
    /// Events taken in one call; more wait for the next turn of the loop.
    private static let batch = 256

    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    public init() throws(Errno) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last }
        events = .allocate(capacity: Self.batch)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Edge-triggered, both directions, until the descriptor is closed.
    public func addConnection(_ fd: Int32, token: Token) throws(Errno) {
        let interest = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        guard slb_epoll_add(descriptor, fd, interest, token.bits) == 0 else { throw .last }
    }

    /// Level-triggered reads. `exclusive` wakes one of several loops that share the descriptor.
    public func addReader(_ fd: Int32, token: Token, exclusive: Bool = false) throws(Errno) {
        let interest = EPOLLIN.rawValue | (exclusive ? EPOLLEXCLUSIVE.rawValue : 0)
        guard slb_epoll_add(descriptor, fd, interest, token.bits) == 0 else { throw .last }
    }

    public func remove(_ fd: Int32) { _ = slb_epoll_remove(descriptor, fd) }

    /// Waits at most `timeout` milliseconds (-1: for ever) and returns how many events there are.
    public func wait(timeout: Int32) -> Int {
        let count = epoll_wait(descriptor, events, Int32(Self.batch), timeout)
        if count < 0 {
            precondition(slb_errno() == EINTR, "epoll_wait failed")
            return 0
        }
        return Int(count)
    }

    @inline(__always)
    public func event(_ index: Int) -> (token: Token, readiness: Readiness) {
        let event = events[index]
        return (Token(bits: event.data.u64), Readiness(rawValue: event.events))
    }
}
