/// The desk against the fake Ollama: every way a question can end.

import Foundation
import Reactor
import Testing
import Vocabulary

@testable import LLMClient

private func options(_ server: OllamaProcess, _ change: (inout LLMOptions) -> Void = { _ in }) -> LLMOptions {
    var options = LLMOptions()
    options.url = server.url
    change(&options)
    return options
}

@Test func aQuestionIsAnsweredWithTheTokensConfidence() throws {
    let server = try OllamaProcess("--table", "heavy=high-compute", "--confidence", "0.8")
    let run = try DeskRun(options(server))
    #expect(run.ask(1) == .refused(.notReady) && run.desk.readiness == .starting)
    #expect(run.runUntilReady())
    #expect(run.notices.count == 1 && run.desk.isTaking(now: Clock.now))
    #expect(run.ask(2, "POST /x \u{1} \"heavy\"") == .accepted)
    #expect(run.run { run.answers.count == 1 })
    let answer = try #require(run.answers.first)
    #expect(answer.outcome == .ok && answer.label == Label(index: 1) && answer.key.low == 2)
    #expect(abs(answer.confidence - 0.8) < 0.001 && answer.duration > .zero)
    #expect(run.desk.counters[.ok] == 1 && run.desk.counters[.notReady] == 1)
    #expect(run.desk.counters.bytesSent > 1000 && run.desk.counters.inFlight == 0)
}

@Test func equalQuestionsAreAskedOnceAndTheRestQueues() throws {
    let server = try OllamaProcess("--behaviour", "slow", "--delay", "0.2")
    let run = try DeskRun(options(server) { $0.maxInFlight = 1; $0.queue = 1 })
    #expect(run.runUntilReady())
    #expect(run.ask(1) == .accepted && run.ask(1) == .joined)
    #expect(run.ask(2) == .accepted && run.ask(2) == .joined && run.ask(3) == .refused(.queueFull))
    #expect(!run.desk.isTaking(now: Clock.now))
    #expect(run.desk.counters.queued == 1 && run.desk.counters.inFlight == 1)
    #expect(run.run { run.answers.count == 2 })
    #expect(run.outcomes() == [.ok, .ok] && run.answers.map(\.key.low) == [1, 2])
    #expect(run.desk.counters.joined == 2 && run.desk.counters[.queueFull] == 1)
}

@Test(arguments: [
    ("500", .httpError), ("503", .busy), ("garbage", .malformed), ("half_answer", .closed),
    ("wrong_label", .wrongLabel), ("early_close", .closed), ("huge", .tooLarge), ("not_json", .malformed),
    ("redirect", .httpError), ("empty", .malformed), ("word", .ok), ("thinking", .ok), ("no_logprobs", .ok),
] as [(String, LLMOutcome)])
func misbehaviourHasAnOutcome(behaviour: String, outcome: LLMOutcome) throws {
    let server = try OllamaProcess("--behaviour", behaviour)
    let run = try DeskRun(options(server))
    #expect(run.runUntilReady())
    run.ask(1)
    #expect(run.run { run.answers.count == 1 })
    #expect(run.outcomes() == [outcome] && run.desk.counters[outcome] == 1)
}

@Test func timeoutsOpenTheBreakerAndAProbeClosesIt() throws {
    let server = try OllamaProcess("--behaviour", "slow", "--delay", "0.3")
    let run = try DeskRun(options(server) { $0.maxInFlight = 1; $0.breakerPause = .milliseconds(150) })
    #expect(run.runUntilReady())
    for number in 1...2 {
        run.ask(UInt64(number), within: .milliseconds(20))
        #expect(run.run { run.answers.count == number })
    }
    #expect(run.desk.breaker == .admitting)
    run.ask(3, within: .milliseconds(20))
    run.ask(4)
    #expect(run.run { run.answers.count == 4 })
    #expect(run.outcomes() == [.timeout, .timeout, .timeout, .breakerOpen])
    #expect(run.desk.breaker == .ejected && run.ask(5) == .refused(.breakerOpen))
    #expect(run.run { run.desk.isTaking(now: Clock.now) })
    #expect(run.ask(6) == .accepted && run.desk.breaker == .probing && run.ask(7) == .refused(.breakerOpen))
    #expect(run.run { run.answers.count == 5 })
    #expect(run.answers.last?.outcome == .ok && run.desk.breaker == .admitting)
    #expect(run.answers.prefix(3).allSatisfy { $0.duration < .milliseconds(250) })
}

@Test func aMissingModelIsToldOnce() throws {
    let server = try OllamaProcess("--behaviour", "model_missing")
    let run = try DeskRun(options(server))
    #expect(run.run { run.desk.readiness == .modelMissing })
    #expect(run.notices.count == 1 && run.notices[0].contains("ollama pull mistral"))
    #expect(run.ask(1) == .refused(.modelMissing))
}

@Test func aServerThatIsNotThereIsLookedForAgain() throws {
    let server = try OllamaProcess()
    let settings = options(server)
    server.stop()
    let run = try DeskRun(settings)
    #expect(run.run { run.desk.readiness == .unreachable })
    #expect(run.ask(1) == .refused(.notReady) && !run.desk.isTaking(now: Clock.now))
    let again = try OllamaProcess("--port", "\(server.port)")
    #expect(run.runUntilReady() && again.port == server.port && run.notices.count == 2)
}

@Test func unpluggingEndsOpenQuestions() throws {
    let server = try OllamaProcess("--behaviour", "slow", "--delay", "5")
    let run = try DeskRun(options(server))
    #expect(run.runUntilReady())
    run.ask(1)
    run.ask(2)
    server.stop()
    #expect(run.run { run.answers.count == 2 })
    #expect(run.outcomes().allSatisfy { $0 == .closed || $0 == .connectError })
}

@Test func slowLoadingRefusesUntilItIsDone() throws {
    let server = try OllamaProcess("--behaviour", "slow_load", "--delay", "0.3")
    let run = try DeskRun(options(server))
    #expect(run.run { run.desk.readiness == .loading })
    #expect(run.ask(1) == .refused(.notReady))
    #expect(run.runUntilReady())
    #expect(run.ask(2) == .accepted)
}

@Test func aTokenIsSent() throws {
    let server = try OllamaProcess("--token", "s3cret")
    let run = try DeskRun(options(server) { $0.token = "s3cret" })
    #expect(run.runUntilReady())
    let other = try DeskRun(options(server) { $0.token = "wrong" })
    #expect(other.run { other.desk.readiness == .unreachable })
    #expect(other.notices.first?.contains("401") == true && other.notices.first?.contains("wrong") == false)
}

/// The certificate is for 127.0.0.1 and signed by itself.
@Test func theServersCertificateIsVerified() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "slb-llm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = (folder.path + "/certificate.pem", folder.path + "/key.pem")
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/env")
    openssl.arguments =
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
        + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    try #require(openssl.terminationStatus == 0)
    let server = try OllamaProcess("--certificate", certificate, "--key", key)
    let settings = options(server) { $0.url = "https://127.0.0.1:\(server.port)" }
    let distrustful = try DeskRun(settings)
    #expect(distrustful.run { distrustful.desk.readiness == .unreachable })
    #expect(distrustful.notices.first?.contains("tls_error") == true)
    var trusting = settings
    trusting.authorityFile = certificate
    let run = try DeskRun(trusting)
    #expect(run.runUntilReady())
    run.ask(1)
    #expect(run.run { run.answers.count == 1 } && run.outcomes() == [.ok])
}

@Test func shuttingDownCancelsEverything() throws {
    let server = try OllamaProcess("--behaviour", "slow", "--delay", "5")
    let run = try DeskRun(options(server) { $0.maxInFlight = 1 })
    #expect(run.runUntilReady())
    run.ask(1)
    run.ask(2)
    run.desk.shutdown(now: Clock.now)
    #expect(run.run { run.answers.count == 2 })
    #expect(run.outcomes() == [.cancelled, .cancelled] && run.desk.nextWake == nil)
    #expect(run.ask(3) == .refused(.notReady))
}

@Test func senselessOptionsAreRefused() {
    #expect(LLMOptions().problems.isEmpty)
    for url in ["", "ftp://x", "http://", "http://:80", "http://u:p@h", "http://h/?q", "http://a b", "h:80"] {
        var options = LLMOptions()
        options.url = url
        #expect(options.problems.count == 1, "\(url)")
    }
    var options = LLMOptions()
    options.token = "a\r\nX: y"
    options.keepAlive = "soon"
    options.maxInFlight = 0
    #expect(options.problems.count == 3)
    #expect(throws: LLMSetupError.self) {
        try LLMDesk(options: options, labels: [("a", "")], now: .zero)
    }
}
