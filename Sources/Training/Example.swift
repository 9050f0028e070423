/// One labelled request, owned; and how a record of a file becomes one.

import Classifier
import Vocabulary

package struct Example: Sendable, Equatable {
    package var id: String
    package var method: [UInt8]
    package var path: [UInt8]
    package var query: [UInt8]
    package var contentType: [UInt8]
    package var body: [UInt8]
    /// The whole body's length; more than `body.count` if it was cut off.
    package var bodyLength: Int
    /// Nil if nobody has labelled it.
    package var label: String?
    /// The service it comes from; examples of one are held out together.
    package var group: String
    package var weight = 1.0
    /// Comes from the very traffic that the model is for: a word that only its service uses counts.
    package var isOwnTraffic = false

    /// The columns that make a request; all others of a record that has neither path nor body are its body.
    static let reserved: Set<String> = [
        "id", "method", "path", "content_type", "body", "label", "group",
    ]

    /// Nil if there is nothing to classify in it.
    package init?(_ record: Record, number: Int) {
        var body = record["body"] ?? ""
        var contentType = record["content_type"] ?? ""
        if record["path"] == nil, record["body"] == nil {
            guard let joined = record.joined(without: Self.reserved) else { return nil }
            body = joined.text
            if contentType.isEmpty { contentType = joined.isJSON ? "application/json" : "text/plain" }
        }
        let target = Array((record["path"] ?? "/").utf8)
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = Array(target[..<mark])
        query = Array(target[mark...].dropFirst())
        self.body = Array(body.utf8)
        bodyLength = max(record["body_length"].flatMap { Int($0) } ?? 0, self.body.count)
        method = Array((record["method"] ?? (body.isEmpty ? "GET" : "POST")).utf8)
        self.contentType = Array(contentType.utf8)
        id = record["id"] ?? String(number)
        label = record["label"].flatMap { $0.isEmpty ? nil : $0 }
        group = record["group"] ?? ""
    }

    /// Shows the request as the proxy would: at most `window` bytes of its body.
    package func withView<T>(window: Int, _ use: (RequestView, _ bodyComplete: Bool) -> T) -> T {
        method.withUnsafeBytes { method in
            path.withUnsafeBytes { path in
                query.withUnsafeBytes { query in
                    contentType.withUnsafeBytes { contentType in
                        body.withUnsafeBytes { body in
                            let nothing = Bytes(start: nil, count: 0)
                            let shown = Bytes(rebasing: body.prefix(window))
                            return use(
                                RequestView(
                                    method: method, path: path, query: query, host: nothing, contentType: contentType,
                                    head: nothing, fields: UnsafeBufferPointer(start: nil, count: 0), body: shown,
                                    bodyLength: UInt64(bodyLength)),
                                bodyLength <= window)
                        }
                    }
                }
            }
        }
    }
}
