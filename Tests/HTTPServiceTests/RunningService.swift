/// A service on a port of the kernel's choice, on its own thread, and a blocking client for it.

import CLinux
import Reactor
import Testing
import Vocabulary

@testable import HTTPService

final class RunningService {
    let service: Service
    private let thread: Thread
    private var isStopped = false

    init(_ options: ServiceOptions = ServiceOptions(), handler: @escaping ServiceHandler) throws {
        let any = Address.inet(host: "127.0.0.1", port: 0)
        let resolved = try #require(try Resolver.resolve(any).first)
        let listener = try Listener.open(any, resolved: resolved, reusePort: false)
        let service = try Service(listener: listener, options: options, handler: handler)
        self.service = service
        thread = try Thread(name: "service") {
            do { try service.run() } catch { Issue.record("the service did not run: \(error)") }
        }
    }

    deinit { stop() }

    func stop() {
        guard !isStopped else { return }
        isStopped = true
        service.stop()
        thread.join()
    }

    func client(receiveBuffer: Int32? = nil) throws -> Client {
        try Client(service.address, receiveBuffer: receiveBuffer)
    }
}

/// Reads give up after ten seconds, so that a test fails instead of hanging.
final class Client {
    let fd: Int32
    private var unread: [UInt8] = []

    init(_ address: Address, receiveBuffer: Int32?) throws {
        let resolved = try #require(try Resolver.resolve(address).first)
        fd = socket(Int32(resolved.family), Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBuffer { _ = slb_set_option(fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var storage = resolved.storage
        try #require(slb_connect(fd, &storage, resolved.size) == 0)
    }

    deinit { close(fd) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                CLinux.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            try #require(count > 0, "the service does not take more")
            sent += count
        }
    }

    func endSending() { Socket.shutdownSending(fd) }

    /// One more piece; empty at the end of the stream.
    private func piece() throws -> [UInt8] {
        var room = [UInt8](repeating: 0, count: 65536)
        let count = recv(fd, &room, room.count, 0)
        try #require(count >= 0, "nothing came: \(Errno.last)")
        return Array(room[..<count])
    }

    /// Up to and including `mark`.
    func read(until mark: String) throws -> String {
        while true {
            let text = String(decoding: unread, as: UTF8.self)
            if let range = text.firstRange(of: mark) {
                let taken = text[..<range.upperBound]
                unread.removeFirst(taken.utf8.count)
                return String(taken)
            }
            let more = try piece()
            try #require(!more.isEmpty, "the end came before \(mark)")
            unread += more
        }
    }

    /// A head and a body of known length.
    func response() throws -> (head: String, body: String) {
        let head = try read(until: "\r\n\r\n")
        let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
        while unread.count < length {
            let more = try piece()
            try #require(!more.isEmpty, "the body is cut short")
            unread += more
        }
        let body = String(decoding: unread[..<length], as: UTF8.self)
        unread.removeFirst(length)
        return (head, body)
    }

    /// Everything up to the end of the stream.
    func rest() throws -> String {
        while true {
            let more = try piece()
            if more.isEmpty { return String(decoding: unread, as: UTF8.self) }
            unread += more
        }
    }
}

/// Answers with what it was asked: method, path, query, kept body, whole length.
let echo: ServiceHandler = { request in
    let parts = [request.methodText, request.path, request.query, request.body]
        .map { String(decoding: $0, as: UTF8.self) }
    let text = parts.joined(separator: "|") + "|\(request.bodyLength)"
    return ServiceResponse(contentType: "text/plain", body: Array(text.utf8))
}
