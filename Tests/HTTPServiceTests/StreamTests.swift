/// Event streams: everybody gets everything, and a reader that does not read is dropped.

import Synchronization
import Testing
import Vocabulary

@testable import HTTPService

@Suite struct StreamTests {
    private static let handler: ServiceHandler = { _ in .stream(opening: Array("retry: 1000\n\n".utf8)) }
    private static let request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func everySubscriberGetsTheBroadcast() throws {
        let running = try RunningService(handler: Self.handler)
        let clients = try (0..<3).map { _ in try running.client() }
        for client in clients {
            try client.send(Self.request)
            let opening = try client.read(until: "retry: 1000\n\n")
            #expect(opening.contains("Content-Type: text/event-stream\r\n"))
            #expect(!opening.contains("Content-Length"))
        }
        #expect(running.service.subscribers == 3)
        running.service.broadcast(Array("data: 1\n\n".utf8))
        for client in clients { #expect(try client.read(until: "\n\n") == "data: 1\n\n") }
        running.stop()
        for client in clients { #expect(try client.rest().isEmpty) }
    }

    @Test func aSlowReaderIsDroppedAndOthersAreNot() throws {
        var options = ServiceOptions()
        options.streamBacklog = 100_000
        let running = try RunningService(options, handler: Self.handler)
        let slow = try running.client(receiveBuffer: 4096)
        let quick = try running.client()
        for client in [slow, quick] {
            try client.send(Self.request)
            _ = try client.read(until: "retry: 1000\n\n")
        }
        // More than the kernel's buffers and the backlog hold.
        let event = "data: " + String(repeating: "x", count: 50_000) + "\n\n"
        var rounds = 0
        while running.service.subscribers == 2, rounds < 1000 {
            running.service.broadcast(Array(event.utf8))
            #expect(try quick.read(until: "\n\n").utf8.count == event.utf8.count)
            rounds += 1
        }
        #expect(running.service.subscribers == 1)
    }

    @Test func theFeedIsAskedWhileSomebodyReads() throws {
        let calls = Mutex<[Int]>([])
        var options = ServiceOptions()
        options.feed = StreamFeed(interval: .milliseconds(5)) { subscribers in
            calls.withLock { $0.append(subscribers) }
            return subscribers > 0 ? Array("data: fed\n\n".utf8) : []
        }
        let running = try RunningService(options, handler: Self.handler)
        #expect(calls.withLock { $0.isEmpty })
        try { () throws in
            let client = try running.client()
            try client.send(Self.request)
            _ = try client.read(until: "data: fed\n\n")
        }()
        running.stop()
        #expect(calls.withLock { $0.first == 1 && $0.last == 0 })
    }

    @Test func aSilentStreamHasAHeartbeat() throws {
        var options = ServiceOptions()
        options.heartbeat = .milliseconds(30)
        let running = try RunningService(options, handler: Self.handler)
        let client = try running.client()
        try client.send(Self.request)
        _ = try client.read(until: "retry: 1000\n\n")
        #expect(try client.read(until: "\n\n") == ": still here\n\n")
    }
}
