/// Sockets, listeners, the poller and the mailbox on the real kernel.

import CLinux
import Testing
import Vocabulary

@testable import Reactor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Long enough for any machine; a test that needs it has failed.
private let patience: Int32 = 10_000

private func loopback(reusePort: Bool = false) throws -> Listener {
    let address = Address.inet(host: "127.0.0.1", port: 0)
    let resolved = try #require(try Resolver.resolve(address).first)
    return try Listener.open(address, resolved: resolved, reusePort: reusePort)
}

private func accept(_ listener: Listener, _ poller: Poller) throws -> (fd: Int32, peer: PeerAddress) {
    #expect(poller.wait(timeout: patience) > 0)
    guard case .connection(let fd, let peer) = listener.accept() else {
        throw Errno(EAGAIN)
    }
    return (fd, peer)
}

private func connect(to listener: Listener) throws -> Int32 {
    let address = try #require(try Resolver.resolve(listener.address).first)
    return try Socket.connect(to: address).fd
}

private func temporaryPath() -> String { "/tmp/reactor-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock" }

private func openUnix(_ path: String) throws(Errno) -> Listener {
    try Listener.open(.unix(path: path), resolved: try .unix(path), reusePort: false)
}

@Suite struct TokenTests {
    @Test func everyKindAndKeySurvives() {
        let keys = [
            SlabKey(index: 0, generation: 0), SlabKey(index: .max, generation: 0),
            SlabKey(index: 7, generation: SlabKey.generationMask), .none,
        ]
        for kind in [Token.Kind.connection, .listener, .mailbox, .signal] {
            for key in keys {
                let token = Token(bits: Token(kind: kind, key: key).bits)
                #expect(token.kind == kind)
                #expect(token.key == key)
            }
        }
    }
}

@Suite struct SocketTests {
    @Test func bytesAndTheirEndComeAsOneEvent() throws {
        let poller = try Poller()
        let listener = try loopback()
        defer { listener.close() }
        try poller.addReader(listener.descriptor, token: Token(kind: .listener, key: .none))
        let client = try connect(to: listener)
        let (server, peer) = try accept(listener, poller)
        defer { Socket.close(server) }
        #expect(peer.isIPv4)
        poller.remove(listener.descriptor)
        guard case .moved(5) = "hello".withBytes({ Socket.send(client, $0) }) else { throw Errno(EIO) }
        Socket.close(client)
        // Registered when both have surely arrived: an edge that tells of both at once.
        var pending = pollfd(fd: server, events: Int16(EPOLLRDHUP.rawValue), revents: 0)
        #expect(poll(&pending, 1, patience) == 1)
        let key = SlabKey(index: 3, generation: 9)
        try poller.addConnection(server, token: Token(kind: .connection, key: key))
        #expect(poller.wait(timeout: patience) == 1)
        let event = poller.event(0)
        #expect(event.token.key == key && event.token.kind == .connection)
        #expect(event.readiness.contains([.readable, .peerClosed]))
        #expect(poller.wait(timeout: 0) == 0)
        var room = [UInt8](repeating: 0, count: 16)
        guard case .moved(5) = room.withUnsafeMutableBytes({ Socket.receive(server, into: $0) }) else {
            throw Errno(EIO)
        }
        #expect(room.starts(with: Array("hello".utf8)))
        guard case .ended = room.withUnsafeMutableBytes({ Socket.receive(server, into: $0) }) else {
            throw Errno(EIO)
        }
    }

    @Test func nothingToReadWouldBlock() throws {
        let poller = try Poller()
        let listener = try loopback()
        defer { listener.close() }
        guard case .none = listener.accept() else { throw Errno(EIO) }
        try poller.addReader(listener.descriptor, token: Token(kind: .listener, key: .none))
        let client = try connect(to: listener)
        defer { Socket.close(client) }
        let (server, _) = try accept(listener, poller)
        defer { Socket.close(server) }
        var room = [UInt8](repeating: 0, count: 16)
        let transfer = room.withUnsafeMutableBytes { Socket.receive(server, into: $0) }
        guard case .wouldBlock = transfer else {
            Issue.record("\(transfer)")
            return
        }
        #expect(Socket.connectError(client) == nil)
    }

    @Test func aResetIsAnError() throws {
        let poller = try Poller()
        let listener = try loopback()
        defer { listener.close() }
        try poller.addReader(listener.descriptor, token: Token(kind: .listener, key: .none))
        let client = try connect(to: listener)
        let (server, _) = try accept(listener, poller)
        defer { Socket.close(server) }
        poller.remove(listener.descriptor)
        try poller.addConnection(server, token: Token(kind: .connection, key: .none))
        _ = poller.wait(timeout: patience)
        Socket.resetOnClose(client)
        Socket.close(client)
        #expect(poller.wait(timeout: patience) == 1)
        #expect(!poller.event(0).readiness.isDisjoint(with: .failed))
        var room = [UInt8](repeating: 0, count: 16)
        let transfer = room.withUnsafeMutableBytes { Socket.receive(server, into: $0) }
        guard case .failed(let error) = transfer else {
            Issue.record("\(transfer)")
            return
        }
        #expect(error.code == ECONNRESET)
    }
}

@Suite struct ListenerTests {
    @Test func thePortTheKernelChoseIsKnownAndTaken() throws {
        let listener = try loopback()
        defer { listener.close() }
        guard case .inet("127.0.0.1", let port) = listener.address else { throw Errno(EIO) }
        #expect(port != 0)
        let resolved = try #require(try Resolver.resolve(listener.address).first)
        #expect(throws: Errno(EADDRINUSE)) {
            try Listener.open(listener.address, resolved: resolved, reusePort: false)
        }
    }

    @Test func workersMayShareAPort() throws {
        let first = try loopback(reusePort: true)
        defer { first.close() }
        let resolved = try #require(try Resolver.resolve(first.address).first)
        let second = try Listener.open(first.address, resolved: resolved, reusePort: true)
        defer { second.close() }
        #expect(second.address == first.address)
        #expect(!first.isShared)
    }

    @Test func aDuplicateAcceptsWhenTheOriginalIsClosed() throws {
        let original = try loopback()
        let copy = try original.duplicate()
        defer { copy.close() }
        original.close()
        #expect(copy.isShared)
        #expect(copy.address == original.address)
        let poller = try Poller()
        try poller.addReader(copy.descriptor, token: Token(kind: .listener, key: .none), exclusive: true)
        let client = try connect(to: copy)
        defer { Socket.close(client) }
        Socket.close(try accept(copy, poller).fd)
    }

    @Test func aStaleSocketFileIsReplacedAndALiveOneRefused() throws {
        let path = temporaryPath()
        defer { unlink(path) }
        let first = try openUnix(path)
        #expect(throws: Errno(EADDRINUSE)) { try openUnix(path) }
        // The descriptor alone: the file stays, as after a crash.
        Socket.close(first.descriptor)
        #expect(slb_is_socket_file(path) == 1)
        let second = try openUnix(path)
        let poller = try Poller()
        try poller.addReader(second.descriptor, token: Token(kind: .listener, key: .none))
        let client = try Socket.connect(to: try .unix(path))
        #expect(client.done)
        let (server, peer) = try accept(second, poller)
        #expect(peer.isUnix)
        Socket.close(server)
        Socket.close(client.fd)
        second.close()
        #expect(slb_is_socket_file(path) == 0)
    }

    @Test func anOrdinaryFileIsNeverRemoved() throws {
        let path = temporaryPath()
        let fd = creat(path, 0o600)
        #expect(fd >= 0)
        Socket.close(fd)
        defer { unlink(path) }
        #expect(throws: Errno(EADDRINUSE)) { try openUnix(path) }
        #expect(access(path, F_OK) == 0)
    }
}

@Suite struct MailboxTests {
    @Test func messagesComeInOrderAndWakeTheLoop() throws {
        let mailbox = try Mailbox<Int>()
        let poller = try Poller()
        try poller.addReader(mailbox.descriptor, token: Token(kind: .mailbox, key: .none))
        #expect(poller.wait(timeout: 0) == 0)
        let thread = try Thread(name: "a name that is too long") { for number in 0..<100 { mailbox.send(number) } }
        #expect(poller.wait(timeout: patience) == 1)
        #expect(poller.event(0).token.kind == .mailbox)
        thread.join()
        #expect(mailbox.receive() == Array(0..<100))
        #expect(poller.wait(timeout: 0) == 0)
        #expect(mailbox.receive().isEmpty)
    }
}

@Suite struct ResolverTests {
    @Test(arguments: [
        (Address.inet(host: "127.0.0.1", port: 80), "127.0.0.1:80"), (.inet(host: "::1", port: 443), "[::1]:443"),
        (.inet(host: "0.0.0.0", port: 65535), "0.0.0.0:65535"), (.unix(path: "/run/x.sock"), "unix"),
    ])
    func literalsResolveToThemselves(address: Address, expected: String) throws {
        #expect(try Resolver.resolve(address).map(\.description) == [expected])
    }

    @Test func aSocketPathHasABound() throws {
        let longest = String(repeating: "a", count: 107)
        #expect(try Resolver.resolve(.unix(path: longest)).count == 1)
        #expect(throws: ResolveError.self) { try Resolver.resolve(.unix(path: longest + "a")) }
        #expect(throws: ResolveError.self) { try Resolver.resolve(.unix(path: "")) }
    }
}

extension String {
    fileprivate func withBytes<Result>(_ body: (Bytes) -> Result) -> Result {
        Array(utf8).withUnsafeBytes { body($0) }
    }
}
