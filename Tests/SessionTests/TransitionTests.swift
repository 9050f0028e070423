/// What each event does in each state of an exchange.

import HTTPCodec
import Testing
import Vocabulary

@testable import Session

@Suite struct TransitionTests {
    enum Stage: CaseIterable, Sendable {
        case inspecting, connecting, sending, sent, responding, over

        /// The events that lead there.
        var events: [Session.Event] {
            let decided: [Session.Event] = [.body(window: 0, complete: true)]
            switch self {
            case .inspecting: return []
            case .connecting: return decided
            case .sending: return decided + [.connected]
            case .sent: return decided + [.connected, .requestEnded]
            case .responding: return decided + [.connected, .requestEnded, .responseStarted]
            case .over: return decided + [.connected, .requestEnded, .responseStarted, .responseEnded(reusable: true)]
            }
        }
    }

    private func session(at stage: Stage, window: Int = 100, idempotent: Bool = true, expects: Bool = false) -> Session {
        var session = Session(windowLimit: window, isIdempotent: idempotent, expectsContinue: expects)
        for event in stage.events { _ = session.on(event) }
        return session
    }

    private func answer(_ stage: Stage, _ event: Session.Event) -> Session.Action {
        var session = session(at: stage)
        return session.on(event)
    }

    @Test func theStraightWay() {
        var session = session(at: .inspecting)
        #expect(session.on(.body(window: 10, complete: false)) == .none)
        #expect(session.on(.body(window: 10, complete: true)) == .decide)
        #expect(session.upstream == .connecting && session.request == .streaming)
        #expect(session.on(.connected) == .send)
        #expect(session.upstream == .attached)
        #expect(session.on(.requestEnded) == .none)
        #expect(session.request == .complete)
        #expect(session.on(.responseStarted) == .none)
        #expect(session.response == .streaming && !session.isOver)
        #expect(session.on(.responseEnded(reusable: true)) == .finish(keepUpstream: true, keepDownstream: true))
        #expect(session.isOver && session.upstream == .none)
    }

    @Test(arguments: [(99, Session.Action.none), (100, .decide), (101, .decide)])
    func decidesOnceTheWindowIsFull(window: Int, expected: Session.Action) {
        #expect(answer(.inspecting, .body(window: window, complete: false)) == expected)
    }

    @Test func decidesOnceTheTimeIsUpAndNeverAgain() {
        #expect(answer(.inspecting, .inspectionExpired) == .decide)
        for stage in Stage.allCases where stage != .inspecting {
            #expect(answer(stage, .inspectionExpired) == .none, "\(stage)")
            #expect(answer(stage, .body(window: 100, complete: true)) == .none, "\(stage)")
        }
    }

    @Test func invitesOnceAndOnlyBeforeTheBody() {
        var waiting = session(at: .inspecting, expects: true)
        #expect(waiting.on(.body(window: 0, complete: false)) == .invite)
        #expect(waiting.on(.body(window: 0, complete: false)) == .none)
        var eager = session(at: .inspecting, expects: true)
        #expect(eager.on(.body(window: 1, complete: false)) == .none)
        var silent = session(at: .inspecting)
        #expect(silent.on(.body(window: 0, complete: false)) == .none)
    }

    @Test(arguments: [
        (Session.Event.requestRefused(.requestTimeout), Failure.requestTimeout),
        (.requestRefused(.truncated), .truncated), (.requestRefused(.overloaded), .overloaded),
        (.responseMalformed, .malformedResponse), (.responseTimedOut, .responseTimeout),
        (.connectFailed(more: false), .noEndpoint),
        (.upstreamLost(reused: false, answered: false, unsent: false), .upstreamClosed),
        (.upstreamLost(reused: false, answered: true, unsent: false), .malformedResponse),
    ])
    func aFailureIsAnsweredUntilTheResponseHasStarted(event: Session.Event, failure: Failure) {
        for stage in [Stage.inspecting, .connecting, .sending, .sent] {
            #expect(answer(stage, event) == .reply(failure), "\(stage)")
        }
        #expect(answer(.responding, event) == .abort)
        #expect(answer(.over, event) == .none)
    }

    @Test func aLostClientEndsEverythingUnanswered() {
        for stage in Stage.allCases where stage != .over {
            var session = session(at: stage)
            #expect(session.on(.downstreamLost) == .abort, "\(stage)")
            #expect(session.isOver)
            #expect(session.on(.downstreamLost) == .none)
        }
        #expect(answer(.over, .downstreamLost) == .none)
    }

    @Test func nothingHappensAfterTheEnd() {
        let events: [Session.Event] = [
            .body(window: 0, complete: true), .inspectionExpired, .streamed, .requestEnded, .connected,
            .requestRefused(.truncated), .connectFailed(more: true), .connectFailed(more: false),
            .upstreamLost(reused: true, answered: false, unsent: true), .responseMalformed,
            .responseTimedOut, .responseStarted, .responseEnded(reusable: true), .downstreamLost,
        ]
        for event in events { #expect(answer(.over, event) == .none, "\(event)") }
    }

    @Test func connectsElsewhereWhileThereIsSomewhere() {
        var session = session(at: .connecting)
        #expect(session.on(.connectFailed(more: true)) == .connectElsewhere)
        #expect(session.on(.connectFailed(more: true)) == .connectElsewhere)
        #expect(session.upstream == .connecting)
        #expect(session.on(.connectFailed(more: false)) == .reply(.noEndpoint))
        #expect(session.isOver && session.upstream == .none)
    }

    /// All combinations of what the retry depends on.
    @Test func retriesOnlyWhatIsSafeToSendAgain() {
        for bits in 0..<32 {
            let has = { (bit: Int) in bits >> bit & 1 == 1 }
            let (reused, answered, unsent, idempotent, streamed) = (has(0), has(1), has(2), has(3), has(4))
            var session = session(at: .sending, idempotent: idempotent)
            if streamed { _ = session.on(.streamed) }
            let action = session.on(.upstreamLost(reused: reused, answered: answered, unsent: unsent))
            if reused, !answered, !streamed, idempotent || unsent {
                #expect(action == .retry, "\(bits)")
                #expect(session.upstream == .connecting && !session.isOver)
            } else {
                #expect(action == .reply(answered ? .malformedResponse : .upstreamClosed), "\(bits)")
            }
        }
    }

    @Test func retriesOnce() {
        var session = session(at: .sent)
        let lost = Session.Event.upstreamLost(reused: true, answered: false, unsent: true)
        #expect(session.on(lost) == .retry)
        #expect(session.on(.connected) == .send)
        #expect(session.on(lost) == .reply(.upstreamClosed))
    }

    @Test(arguments: [true, false], [true, false])
    func keepsOnlyWhatIsWhole(whole: Bool, reusable: Bool) {
        var session = session(at: whole ? .sent : .sending)
        _ = session.on(.responseStarted)
        let action = session.on(.responseEnded(reusable: reusable))
        #expect(action == .finish(keepUpstream: whole && reusable, keepDownstream: whole))
    }

    @Test func everyFailureHasItsOwnNumberNameAndAnErrorStatus() {
        var seen = Set<Int>()
        for failure in Failure.all {
            #expect(seen.insert(failure.number).inserted, "\(failure)")
            #expect(Failure.allNames[failure.number] == "\(failure.code)", "\(failure)")
            #expect((400..<600).contains(failure.status))
        }
        #expect(seen.count == Failure.allNames.count)
        #expect(Set(Failure.allNames).count == Failure.allNames.count)
    }
}

extension Failure {
    static let all: [Failure] =
        [
            .noEndpoint, .upstreamClosed, .malformedResponse, .responseTimeout, .requestTimeout, .truncated,
            .downstreamLost, .overloaded,
        ] + RefusalReason.allCases.map { .refused(Refusal(status: 400, reason: $0)) }
}
