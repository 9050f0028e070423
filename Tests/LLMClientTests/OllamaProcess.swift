/// The fake Ollama of the integration tests as a process, and a desk driven by the real clock until
/// something is so.

import CLinux
import Foundation
import Reactor
import Testing
import Vocabulary

@testable import LLMClient

final class OllamaProcess {
    private let process = Process()
    private(set) var port: UInt16 = 0

    init(_ arguments: String...) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Integration/ollama.py").standardizedFileURL.path
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the fake Ollama did not start")
            line += String(decoding: data, as: UTF8.self)
        }
        port = try #require(UInt16(line.dropLast()))
    }

    deinit { stop() }

    var url: String { "http://127.0.0.1:\(port)" }

    func stop() {
        guard process.isRunning else { return }
        // Test threads have signals blocked, and a child inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

final class DeskRun {
    let desk: LLMDesk
    var answers: [LLMAnswer] = []
    var notices: [String] = []

    init(_ options: LLMOptions) throws {
        desk = try LLMDesk(
            options: options,
            labels: [("fast-path", ""), ("high-compute", "much work"), ("general", "")], now: Clock.now)
    }

    /// Turns the desk as a worker would. False if `isDone` is not so within ten seconds.
    func run(until isDone: () -> Bool) -> Bool {
        let end = Clock.now + .seconds(10)
        while true {
            desk.turn(now: Clock.now)
            while let answer = desk.nextAnswer() { answers.append(answer) }
            while let notice = desk.nextNotice() { notices.append(notice.text) }
            if isDone() { return true }
            let now = Clock.now
            guard now < end else { return false }
            let wake = min(desk.nextWake ?? end, end)
            let wait = wake > now ? (wake - now).nanoseconds / 1_000_000 + 1 : 0
            var entry = pollfd(fd: desk.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, Int32(wait))
        }
    }

    func runUntilReady() -> Bool { run { desk.readiness == .ready } }

    @discardableResult
    func ask(_ number: UInt64, _ text: String = "GET /", within limit: Interval = .seconds(5)) -> LLMReception {
        let now = Clock.now
        return Array(text.utf8).withUnsafeBytes {
            desk.ask(CacheKey(low: number, high: 0), text: $0, deadline: now + limit, now: now)
        }
    }

    func outcomes() -> [LLMOutcome] { answers.map(\.outcome) }
}
