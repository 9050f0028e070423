/// What the desk knows of the server between questions: one background exchange at a time that asks
/// which models there are, has ours loaded, or sees whether it still is.

import Vocabulary

struct Watch {
    enum Errand: Equatable {
        /// `GET /api/tags`: is our model there?
        case models
        /// `POST /api/chat` without messages: load it.
        case warmUp
        /// `GET /api/ps`: is it still in memory?
        case loaded
    }

    /// A list of a hundred models takes 50 KiB.
    static let replyLimit = 1 << 20
    /// A list is there at once, or something is wrong.
    static let listTimeout = Interval.seconds(5)
    /// First pause after the server could not be reached; doubles up to the watch interval.
    static let firstPause = Interval.seconds(1)
    /// Looks in a row at a ready server that may fail: it may be busy with a question.
    static let missesAllowed = 1

    let transfer: Transfer
    var errand: Errand?
    /// The running errand's end.
    var deadline: Instant?
    /// When the next errand begins, if none is running.
    var next: Instant
    var pause = firstPause
    var misses = 0

    init(transfer: Transfer, next: Instant) {
        self.transfer = transfer
        self.next = next
    }

    /// Whether a reply of `/api/tags` or `/api/ps` lists the model; nil if it is no such list.
    static func lists(_ model: String, in reply: [UInt8]) -> Bool? {
        // A name without a tag means its `latest`.
        let wanted = [Array(model.utf8), Array((model + ":latest").utf8)]
        var isList = false
        var isFound = false
        reply.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            _ = reader.members { name, value in
                guard name.elementsEqual("models".utf8) else { return }
                var value = value
                isList = value.elements { entry in
                    var entry = entry
                    _ = entry.members { name, value in
                        var value = value
                        guard name.elementsEqual("name".utf8) || name.elementsEqual("model".utf8) else {
                            return
                        }
                        if let text = value.string(), wanted.contains(text) { isFound = true }
                    }
                }
            }
        }
        return isList ? isFound : nil
    }

    /// Ollama says `{"error":"model 'x' not found"}`; a 404 without it means that the path is wrong.
    static func saysModelIsMissing(_ reply: [UInt8]) -> Bool {
        var message: [UInt8]?
        reply.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            _ = reader.members { name, value in
                var value = value
                if name.elementsEqual("error".utf8) { message = value.string() }
            }
        }
        guard let message else { return false }
        return String(decoding: message, as: UTF8.self).contains("not found")
    }
}
