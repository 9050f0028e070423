/// A stand-in for an upstream: it takes the time its kind of work would take and says what it was
/// sent. It does no work and keeps nothing.

import HTTPCodec
import HTTPService
import Reactor
import Vocabulary

struct StubWorker: Sendable {
    let kind: String
    let latency: Interval

    /// Bytes of a request body that come back in the echo.
    static let echoedBody = 512
    private static let connections = 20_000

    /// What the three built-in labels stand for; any other is as slow as `general`.
    static func latency(of kind: String) -> Interval {
        switch kind {
        case "fast-path": .milliseconds(5)
        case "high-compute": .milliseconds(400)
        default: .milliseconds(50)
        }
    }

    static var options: ServiceOptions {
        var options = ServiceOptions()
        options.body = .prefix(echoedBody)
        options.connections = connections
        return options
    }

    func service(on listener: Listener) throws(Errno) -> Service {
        let worker = self
        let fields = [ServiceResponse.Field("X-Worker-Type", kind)]
        return try Service(listener: listener, options: Self.options) { request in
            if request.isPath("/health") {
                return ServiceResponse(fields: fields, body: Array("{\"status\":\"ok\"}\n".utf8))
            }
            return ServiceResponse(fields: fields, body: worker.echo(request), delay: worker.latency)
        }
    }

    private func echo(_ request: ServiceRequest) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text.append("{\"worker\":")
        JSONText.append(kind, to: &text)
        text.append(",\"echo\":{\"method\":")
        JSONText.append(request.methodText, to: &text)
        text.append(",\"path\":")
        JSONText.append(request.path, to: &text)
        if request.head.hasQuery {
            text.append(",\"query\":")
            JSONText.append(request.query, to: &text)
        }
        text.append(",\"headers\":{")
        appendFields(of: request, to: &text)
        text.append("},\"body\":")
        JSONText.append(request.body, to: &text)
        text.append(",\"body_bytes\":")
        text.append(decimal: Int(clamping: request.bodyLength))
        text.append("},\"simulated_latency_ms\":")
        text.append(decimal: Int(latency.nanoseconds / 1_000_000))
        text.append("}\n")
        return text
    }

    /// A name that comes again is left out: JSON has no place for it.
    private func appendFields(of request: ServiceRequest, to text: inout [UInt8]) {
        let fields = request.table.fields
        for index in fields.indices {
            let name = request.name(at: index)
            if (0..<index).contains(where: { request.name(at: $0).elementsEqual(name) }) { continue }
            if index > 0 { text.append(",") }
            JSONText.append(name, to: &text)
            text.append(":")
            JSONText.append(request.value(at: index), to: &text)
        }
    }
}
