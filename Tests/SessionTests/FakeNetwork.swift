/// A client and upstreams that misbehave at random but only in ways a real network can, and a judge
/// of what the session makes of it. The seed decides everything, so a failure replays.

import Vocabulary

@testable import Session

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

struct FakeNetwork {
    enum Ending: Hashable { case reply, abort, finish }

    private var random: SplitMix
    private var session: Session
    private let idempotent: Bool
    private let window: Int
    private let bodyLength: Int

    // What the world knows, kept apart from what the session believes.
    private var received = 0
    private var decided = false
    private var connecting = false
    private var attached = false
    private var reused = false
    private var untried: Int
    private var requestEnded = false
    private var streamed = false
    private var answered = false
    private var responding = false

    private(set) var ending: Ending?
    private(set) var retries = 0
    private(set) var complaints: [String] = []
    private(set) var history: [String] = []

    init(seed: UInt64) {
        var random = SplitMix(state: seed)
        idempotent = Bool.random(using: &random)
        window = Int.random(in: 0...8, using: &random)
        bodyLength = Int.random(in: 0...16, using: &random)
        untried = Int.random(in: 1...4, using: &random)
        session = Session(
            windowLimit: window, isIdempotent: idempotent, expectsContinue: Bool.random(using: &random))
        self.random = random
    }

    /// Runs to the end of the exchange, and a few late events past it.
    mutating func run() {
        for _ in 0..<200 where ending == nil { step() }
        if ending == nil { complaints.append("no end after 200 events") }
        if session.isOver != (ending != nil) { complaints.append("isOver is wrong") }
        for _ in 0..<5 {
            let event = lateEvent()
            let action = session.on(event)
            if action != .none { complaints.append("\(action) after the end, on \(event)") }
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func step() {
        if chance(2) { return tell(.downstreamLost) }
        if chance(2), !requestEnded { return tell(.requestRefused(chance(50) ? .truncated : .requestTimeout)) }
        if !decided { return inspect() }
        if connecting { return connect() }
        if attached { return exchange() }
        complaints.append("neither connecting nor attached")
    }

    private mutating func inspect() {
        if chance(10) { return tell(.inspectionExpired) }
        if received < bodyLength { received += Int.random(in: 0...(bodyLength - received), using: &random) }
        tell(.body(window: min(received, window), complete: received == bodyLength && received <= window))
    }

    private mutating func connect() {
        guard chance(40) else { return tell(.connected) }
        untried -= 1
        tell(.connectFailed(more: untried > 0))
    }

    private mutating func exchange() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: lose()
        case 1 where !responding: tell(.responseTimedOut)
        case 2 where chance(30): tell(.responseMalformed)
        case 3 where !requestEnded: tell(.streamed)
        case 4, 5: if !requestEnded { tell(.requestEnded) }
        case 6: answered = true
        case 7, 8:
            answered = true
            tell(responding ? .responseEnded(reusable: chance(70)) : .responseStarted)
        // What a slow timer or reader may still say after the decision.
        default: tell(chance(50) ? .inspectionExpired : .body(window: window, complete: true))
        }
    }

    private mutating func lose() {
        let unsent = !answered && !requestEnded && !streamed && chance(50)
        tell(.upstreamLost(reused: reused, answered: answered, unsent: unsent))
    }

    private mutating func lateEvent() -> Session.Event {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .downstreamLost
        case 1: .upstreamLost(reused: true, answered: false, unsent: true)
        case 2: .responseEnded(reusable: true)
        case 3: .connected
        case 4: .requestEnded
        default: .responseTimedOut
        }
    }

    private mutating func tell(_ event: Session.Event) {
        let action = session.on(event)
        history.append("\(event) -> \(action)")
        judge(action, on: event)
        follow(event)
        perform(action)
    }

    /// The invariants, from the world's side only.
    private mutating func judge(_ action: Session.Action, on event: Session.Event) {
        switch action {
        case .none: break
        case .invite: require(!decided && received == 0, "invited after the body had begun")
        case .decide: require(!decided, "decided twice")
        case .send: require(connecting, "sent without a connection")
        case .connectElsewhere: require(connecting && untried > 0, "nowhere else to connect")
        case .retry:
            guard case .upstreamLost(_, _, let unsent) = event else { return require(false, "retry without a loss") }
            require(reused && !answered && !responding, "retried an answer or a fresh connection")
            require(!streamed && (idempotent || unsent), "retried what must not be sent twice")
            require(retries == 0, "retried twice")
        case .reply: require(!responding, "replied into a response")
        case .abort: require(responding || event.isLossOfTheClient, "aborted with time for an answer")
        case .finish(let keepUpstream, let keepDownstream):
            guard case .responseEnded(let reusable) = event else { return require(false, "finished early") }
            require(responding, "finished without a response")
            require(keepUpstream == (requestEnded && reusable), "the upstream was kept wrongly")
            require(keepDownstream == requestEnded, "the client was kept wrongly")
        }
    }

    private mutating func require(_ condition: Bool, _ complaint: String) {
        if !condition { complaints.append(complaint) }
    }

    private mutating func follow(_ event: Session.Event) {
        switch event {
        case .streamed: streamed = true
        case .requestEnded: requestEnded = true
        case .responseStarted: responding = true
        case .upstreamLost: attached = false
        default: break
        }
    }

    private mutating func perform(_ action: Session.Action) {
        switch action {
        case .none, .invite: break
        case .decide:
            decided = true
            connecting = true
        case .connectElsewhere: connecting = true
        case .send:
            connecting = false
            attached = true
            reused = chance(60)
            answered = false
        case .retry:
            retries += 1
            connecting = true
        case .reply: end(.reply)
        case .abort: end(.abort)
        case .finish: end(.finish)
        }
    }

    private mutating func end(_ how: Ending) {
        if ending != nil { complaints.append("ended twice") }
        ending = how
    }
}

extension Session.Event {
    var isLossOfTheClient: Bool {
        if case .downstreamLost = self { true } else { false }
    }
}
