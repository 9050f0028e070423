/// One exchange: a request on its way to an upstream and the response on its way back, as a state
/// machine that is told what happened and says what to do. It holds no bytes, opens nothing, asks no
/// clock: `ProxyServer` performs the actions. Nothing in it knows whether the transport is HTTP/1.

import HTTPCodec
import Vocabulary

public struct Session: Sendable {
    /// How far the request has come.
    public enum Request: UInt8, Sendable {
        /// The head is here; the decision waits for more of the body.
        case inspecting
        /// Decided; the rest of the body follows.
        case streaming
        case complete
    }

    public enum Upstream: UInt8, Sendable {
        case none, connecting, attached
    }

    public enum Response: UInt8, Sendable {
        case awaited, streaming, complete
    }

    public enum Event: Sendable {
        /// The inspection window holds `window` bytes of the body; `complete`: that is all of it.
        case body(window: Int, complete: Bool)
        case inspectionExpired
        /// A body byte has left that is no longer held for a retry.
        case streamed
        /// The request's last byte has been handed to the upstream's side.
        case requestEnded
        /// The body broke the protocol's rules, or came too slowly.
        case requestRefused(Failure)
        case connected
        /// No connection: refused, timed out or out of descriptors. `more`: untried endpoints remain.
        case connectFailed(more: Bool)
        /// The upstream closed or reset. `reused`: it had served before. `answered`: bytes of a response
        /// had come. `unsent`: it certainly read nothing of this request.
        case upstreamLost(reused: Bool, answered: Bool, unsent: Bool)
        case responseMalformed
        case responseTimedOut
        case responseStarted
        /// `reusable`: the connection may serve again.
        case responseEnded(reusable: Bool)
        case downstreamLost
    }

    public enum Action: Equatable, Sendable {
        case none
        /// Send `100 Continue`: the body is wanted and has not begun.
        case invite
        /// Ask for a verdict, then connect.
        case decide
        /// Write the request to the upstream.
        case send
        /// Try the next endpoint.
        case connectElsewhere
        /// Send the same bytes again on a fresh connection.
        case retry
        /// Close the upstream, answer for it, then end the exchange.
        case reply(Failure)
        /// Too late for an answer: close both sides so that neither takes what it has for the whole.
        case abort
        /// Both sides are done with each other.
        case finish(keepUpstream: Bool, keepDownstream: Bool)
    }

    public private(set) var request = Request.inspecting
    public private(set) var upstream = Upstream.none
    public private(set) var response = Response.awaited

    /// Bytes that the decision may look at.
    private let windowLimit: Int
    private let isIdempotent: Bool
    private var owesInvitation: Bool
    private var canReplay = true
    private var hasRetried = false

    public init(windowLimit: Int, isIdempotent: Bool, expectsContinue: Bool) {
        self.windowLimit = windowLimit
        self.isIdempotent = isIdempotent
        owesInvitation = expectsContinue
    }

    /// The exchange is over once the response is.
    public var isOver: Bool { response == .complete }

    public mutating func on(_ event: Event) -> Action {
        guard !isOver else { return .none }
        switch event {
        case .body(let window, let complete): return inspect(window: window, complete: complete)
        case .inspectionExpired: return request == .inspecting ? decide() : .none
        case .streamed:
            canReplay = false
            return .none
        case .requestEnded:
            request = .complete
            return .none
        case .requestRefused(let failure): return fail(failure)
        case .connected:
            upstream = .attached
            return .send
        case .connectFailed(let more):
            upstream = more ? .connecting : .none
            return more ? .connectElsewhere : fail(.noEndpoint)
        case .upstreamLost(let reused, let answered, let unsent):
            return lose(reused: reused, answered: answered, unsent: unsent)
        case .responseMalformed: return fail(.malformedResponse)
        case .responseTimedOut: return fail(.responseTimeout)
        case .responseStarted:
            response = .streaming
            canReplay = false
            return .none
        case .responseEnded(let reusable): return end(reusable: reusable)
        case .downstreamLost:
            response = .complete
            return .abort
        }
    }

    private mutating func inspect(window: Int, complete: Bool) -> Action {
        guard request == .inspecting else { return .none }
        if complete || window >= windowLimit { return decide() }
        guard owesInvitation, window == 0 else { return .none }
        owesInvitation = false
        return .invite
    }

    private mutating func decide() -> Action {
        request = .streaming
        upstream = .connecting
        return .decide
    }

    /// RFC 9110, 9.2.2: only an idempotent request may be sent again by itself, unless the first
    /// attempt cannot have been read. Once, and only after a connection that was kept from before:
    /// its close says nothing about the endpoint.
    private mutating func lose(reused: Bool, answered: Bool, unsent: Bool) -> Action {
        if reused, !answered, canReplay, !hasRetried, isIdempotent || unsent {
            hasRetried = true
            upstream = .connecting
            return .retry
        }
        return fail(answered ? .malformedResponse : .upstreamClosed)
    }

    /// An answer of our own while there is still time for one.
    private mutating func fail(_ failure: Failure) -> Action {
        let action: Action = response == .awaited ? .reply(failure) : .abort
        response = .complete
        upstream = .none
        return action
    }

    /// A response that ends before its request did: the rest of the request is not wanted, and
    /// neither connection can tell where it ends (RFC 9112, 9.3 and 9.6).
    private mutating func end(reusable: Bool) -> Action {
        response = .complete
        upstream = .none
        let whole = request == .complete
        return .finish(keepUpstream: whole && reusable, keepDownstream: whole)
    }
}
