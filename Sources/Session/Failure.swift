/// Why an exchange got an answer from slb instead of one from an upstream, with the status, the code
/// clients and metrics see, and the sentence people read.

import HTTPCodec

public enum Failure: Equatable, Sendable {
    case refused(Refusal)
    /// Every endpoint of the pool was tried and none took a connection.
    case noEndpoint
    case upstreamClosed
    case malformedResponse
    case responseTimeout
    case requestTimeout
    /// The client ended its side inside a request.
    case truncated
    /// The client went away; the status is for the log only.
    case downstreamLost
    /// This process has no descriptor, buffer or slot left for the exchange.
    case overloaded

    public var status: UInt16 {
        switch self {
        case .refused(let refusal): refusal.status
        case .noEndpoint, .overloaded: 503
        case .upstreamClosed, .malformedResponse: 502
        case .responseTimeout: 504
        case .requestTimeout: 408
        case .truncated: 400
        case .downstreamLost: 499
        }
    }

    public var code: StaticString {
        switch self {
        case .refused(let refusal): refusal.reason.name
        case .noEndpoint: "no_healthy_endpoint"
        case .upstreamClosed: "upstream_closed"
        case .malformedResponse: "malformed_response"
        case .responseTimeout: "response_timeout"
        case .requestTimeout: "request_timeout"
        case .truncated: "truncated_request"
        case .downstreamLost: "client_closed"
        case .overloaded: "overloaded"
        }
    }

    public var message: StaticString {
        switch self {
        case .refused(let refusal): refusal.reason.message
        case .noEndpoint: "no endpoint of the pool for this request can be reached; try again shortly"
        case .upstreamClosed: "the upstream closed the connection before it answered"
        case .malformedResponse: "the upstream's answer was not valid HTTP"
        case .responseTimeout: "the upstream did not answer in time"
        case .requestTimeout: "the request did not arrive in time"
        case .truncated: "the connection ended inside the request"
        case .downstreamLost: "the client closed the connection before it was answered"
        case .overloaded: "the proxy is at its limit; try again shortly"
        }
    }

    /// Seconds for `Retry-After`, where coming back makes sense.
    public var retryAfter: UInt64? {
        switch self {
        case .noEndpoint, .overloaded: 1
        default: nil
        }
    }
}

extension Failure {
    private static let own: [Failure] = [
        .noEndpoint, .upstreamClosed, .malformedResponse, .responseTimeout, .requestTimeout, .truncated,
        .downstreamLost, .overloaded,
    ]

    /// Every code there is, for the metrics; `number` is its place.
    public static let allNames: [String] =
        own.map { "\($0.code)" } + RefusalReason.allCases.map { "\($0.name)" }

    public var number: Int {
        switch self {
        case .noEndpoint: 0
        case .upstreamClosed: 1
        case .malformedResponse: 2
        case .responseTimeout: 3
        case .requestTimeout: 4
        case .truncated: 5
        case .downstreamLost: 6
        case .overloaded: 7
        case .refused(let refusal): 8 + Int(refusal.reason.rawValue)
        }
    }
}
