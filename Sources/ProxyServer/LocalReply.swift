/// A reply that slb makes itself: JSON that says what went wrong, in the words of `Failure`.

import HTTPCodec
import Session
import Vocabulary

struct LocalReply {
    /// Head and body of the longest reply.
    static let sizeBound = 1024

    let failure: Failure
    let closes: Bool
    /// A client of HTTP/1.0 must be told that the connection stays.
    let keepsAliveExplicitly: Bool
    let omitsBody: Bool

    func append(date: DateLine, to buffer: inout ByteBuffer) {
        buffer.append("HTTP/1.1 ")
        buffer.append(Self.status(failure.status))
        buffer.append("\r\nContent-Type: application/json\r\nX-Route-Source: local\r\n")
        date.append(to: &buffer)
        if let seconds = failure.retryAfter { buffer.appendField("Retry-After", seconds) }
        if failure.status == 405 { buffer.append("Allow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS\r\n") }
        if closes { buffer.append("Connection: close\r\n") } else if keepsAliveExplicitly { buffer.append("Connection: keep-alive\r\n") }
        let code = failure.code
        let message = failure.message
        let length = 35 + code.utf8CodeUnitCount + message.utf8CodeUnitCount
        buffer.appendField("Content-Length", UInt64(length))
        buffer.appendEndOfHead()
        guard !omitsBody else { return }
        buffer.append("{\"error\":{\"code\":\"")
        buffer.append(code)
        buffer.append("\",\"message\":\"")
        buffer.append(message)
        buffer.append("\"}}\n")
    }

    /// The statuses that slb makes (RFC 9110, 15).
    private static func status(_ status: UInt16) -> StaticString {
        switch status {
        case 405: "405 Method Not Allowed"
        case 408: "408 Request Timeout"
        case 413: "413 Content Too Large"
        case 414: "414 URI Too Long"
        case 417: "417 Expectation Failed"
        case 431: "431 Request Header Fields Too Large"
        case 501: "501 Not Implemented"
        case 502: "502 Bad Gateway"
        case 503: "503 Service Unavailable"
        case 504: "504 Gateway Timeout"
        case 505: "505 HTTP Version Not Supported"
        default: "400 Bad Request"
        }
    }
}
