/// What workers may learn of the language model's desk without asking it, and its token.

import Foundation
import LLMClient
import Reactor
import Testing
import Vocabulary

@testable import ProxyServer

@Suite struct LLMBoardTests {
    private func board(queue: Int, inFlight: Int) throws -> LLMBoard {
        var options = LLMOptions()
        options.queue = queue
        options.maxInFlight = inFlight
        return LLMBoard(options: options, mailbox: try Mailbox()) { _ in }
    }

    @Test func nobodyAsksBeforeTheDeskSaysSo() throws {
        #expect(try board(queue: 1, inFlight: 1).refusal == .notReady)
    }

    @Test func itPublishesWhatTheDeskSays() throws {
        let board = try board(queue: 1, inFlight: 1)
        let desk = try LLMDesk(options: board.options, labels: [("a", "")], now: .zero)
        board.publish(desk, now: .zero)
        #expect(board.refusal == .notReady)
        #expect(board.readiness == desk.readiness)
        #expect(board.breaker == .admitting)
        desk.shutdown(now: .zero)
        board.publish(desk, now: .zero)
        board.shut()
        #expect(board.refusal == .notReady)
    }

    @Test func placesAreAsManyAsTheDeskHas() throws {
        let board = try board(queue: 2, inFlight: 1)
        #expect((0..<5).map { _ in board.reserve() } == [true, true, true, false, false])
        board.release()
        #expect(board.reserve())
        #expect(!board.reserve())
    }

    @Test func openQuestionsAreKnown() throws {
        let board = try board(queue: 2, inFlight: 1)
        let key = CacheKey(low: 5, high: 0)
        #expect(!board.isOpen(key))
        board.open(key)
        #expect(board.isOpen(key))
        // Another key in the same place is not known, and does not push the first one out.
        let neighbour = CacheKey(low: 5, high: 8)
        board.open(neighbour)
        #expect(!board.isOpen(neighbour))
        board.close(neighbour)
        #expect(board.isOpen(key))
        board.close(key)
        #expect(!board.isOpen(key))
    }

    @Test(arguments: [("secret", "secret"), ("secret\n", "secret"), ("secret \r\n", "secret")])
    func aTokenIsReadWithoutItsLinesEnd(_ text: String, _ token: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "slb-token-\(UUID())")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var options = LLMOptions()
        options.tokenFile = file.path(percentEncoded: false)
        #expect(try options.withToken().token == token)
    }

    @Test func aTokenFileMustBeThereAndSmall() throws {
        var options = LLMOptions()
        #expect(try options.withToken() == options)
        options.tokenFile = "/none/token"
        #expect(throws: StartFailure.self) { try options.withToken() }
        options.tokenFile = "/dev/zero"
        #expect(throws: StartFailure.self) { try options.withToken() }
    }
}
