/// Why an exchange got an answer from slb instead of one from an upstream, with the status, the code
/// clients and metrics see, and the sentence people read.

import HTTPCodec

package enum Failure: Equatable, Sendable {
    case refused(Refusal)
    /// Every endpoint of the pool was tried and none took a connection.
    case noEndpoint
    case upstreamClosed
    case malformedResponse
    case responseTimeout
    case requestTimeout
    /// This process has no descriptor, buffer or slot left for the exchange.
    case overloaded

    package var status: UInt16 {
        switch self {
        case .refused(let refusal): refusal.status
        case .noEndpoint, .overloaded: 503
        case .upstreamClosed, .malformedResponse: 502
        case .responseTimeout: 504
        case .requestTimeout: 408
        }
    }

    package var code: StaticString {
        switch self {
        case .refused(let refusal): refusal.reason.name
        case .noEndpoint: "no_healthy_endpoint"
        case .upstreamClosed: "upstream_closed"
        case .malformedResponse: "malformed_response"
        case .responseTimeout: "response_timeout"
        case .requestTimeout: "request_timeout"
        case .overloaded: "overloaded"
        }
    }

    package var message: StaticString {
        switch self {
        case .refused(let refusal): refusal.reason.message
        case .noEndpoint: "no endpoint of the pool for this request can be reached; try again shortly"
        case .upstreamClosed: "the upstream closed the connection before it answered"
        case .malformedResponse: "the upstream's answer was not valid HTTP"
        case .responseTimeout: "the upstream did not answer in time"
        case .requestTimeout: "the request did not arrive in time"
        case .overloaded: "the proxy is at its limit; try again shortly"
        }
    }

    /// Seconds for `Retry-After`, where coming back makes sense.
    package var retryAfter: UInt64? {
        switch self {
        case .noEndpoint, .overloaded: 1
        default: nil
        }
    }
}
