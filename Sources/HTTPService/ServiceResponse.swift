/// What a handler answers. It must not name fields that the service writes itself: Content-Type,
/// Content-Length, Date, Connection.

import Vocabulary

package struct ServiceResponse: Sendable {
    package struct Field: Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum Content: Sendable {
        case bytes([UInt8])
        /// Server-sent events: the connection becomes a subscriber of the service's stream, and
        /// first gets these bytes.
        case stream(opening: [UInt8])
    }

    package var status: UInt16
    package var contentType: StaticString
    package var fields: [Field] = []
    package var content: Content
    /// The answer waits this long, the connection's other requests behind it.
    package var delay = Interval.zero

    package init(
        status: UInt16 = 200, contentType: StaticString = "application/json", fields: [Field] = [],
        body: [UInt8], delay: Interval = .zero
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        content = .bytes(body)
        self.delay = delay
    }

    /// An event stream. Proxies on the way must not keep it back (`X-Accel-Buffering` is nginx's).
    package static func stream(opening: [UInt8] = []) -> ServiceResponse {
        var response = ServiceResponse(contentType: "text/event-stream", body: [])
        response.fields = [Field("Cache-Control", "no-store"), Field("X-Accel-Buffering", "no")]
        response.content = .stream(opening: opening)
        return response
    }

    /// `{"error":{"code":…,"message":…}}`, as the proxy itself answers.
    package static func error(
        _ status: UInt16, code: StaticString, message: StaticString, fields: [Field] = []
    ) -> ServiceResponse {
        let body = "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(message)\"}}\n"
        return ServiceResponse(status: status, fields: fields, body: Array(body.utf8))
    }
}
