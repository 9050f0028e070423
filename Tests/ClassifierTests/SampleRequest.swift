/// A request to classify, from plain strings. It owns the bytes for as long as the view is used.

import Vocabulary

@testable import Classifier

struct SampleRequest {
    var method = "GET"
    var target = "/"
    var host = "example.test"
    var contentType = ""
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    var bodyLength: UInt64??
    var bodyComplete = true

    init(
        _ method: String = "GET", _ target: String = "/", host: String = "example.test",
        type: String = "", headers: [(String, String)] = [], body: String = ""
    ) {
        self.method = method
        self.target = target
        self.host = host
        contentType = type
        self.headers = headers
        self.body = Array(body.utf8)
    }

    static func json(_ body: String, to target: String = "/") -> SampleRequest {
        SampleRequest("POST", target, type: "application/json", body: body)
    }

    func withView<Result>(_ use: (RequestView) -> Result) -> Result {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var head = Array(method.utf8)
        var ends = [head.count]
        for text in [String(parts[0]), parts.count > 1 ? String(parts[1]) : "", host, contentType] {
            head += Array(text.utf8)
            ends.append(head.count)
        }
        var fields: [HeaderField] = []
        for (name, value) in headers {
            let start = head.count
            head += Array(name.utf8) + Array(value.utf8)
            fields.append(
                HeaderField(
                    nameOffset: UInt32(start), nameLength: UInt32(name.utf8.count),
                    valueOffset: UInt32(start + name.utf8.count),
                    valueLength: UInt32(value.utf8.count)))
        }
        let length: UInt64? = bodyLength ?? (bodyComplete ? UInt64(body.count) : nil)
        return head.withUnsafeBytes { head in
            body.withUnsafeBytes { body in
                fields.withUnsafeBufferPointer { fields in
                    use(
                        RequestView(
                            method: Bytes(rebasing: head[..<ends[0]]),
                            path: Bytes(rebasing: head[ends[0]..<ends[1]]),
                            query: Bytes(rebasing: head[ends[1]..<ends[2]]),
                            host: Bytes(rebasing: head[ends[2]..<ends[3]]),
                            contentType: Bytes(rebasing: head[ends[3]..<ends[4]]), head: head,
                            fields: fields, body: body, bodyLength: length))
                }
            }
        }
    }
}

extension Cascade {
    func classify(_ sample: SampleRequest, at now: Instant = .zero) -> Verdict {
        let scratch = makeScratch()
        return sample.withView {
            classify($0, bodyComplete: sample.bodyComplete, now: now, scratch: scratch)
        }
    }

    func explain(_ sample: SampleRequest) -> Explanation {
        let scratch = makeScratch()
        return sample.withView {
            explain($0, bodyComplete: sample.bodyComplete, scratch: scratch)
        }
    }

    func needsBody(_ sample: SampleRequest) -> Bool {
        let scratch = makeScratch()
        return sample.withView { needsBody(for: $0, scratch: scratch) }
    }
}

/// A cascade with these rules alone, no built-in ones and no cache.
func cascade(_ rules: [Rule], cacheEntries: Int = 0) throws -> Cascade {
    var options = ClassifierOptions()
    options.rules = rules
    options.builtinRules = false
    options.cache.entries = cacheEntries
    return try Cascade(options: options, seed: (1, 2))
}

func holds(_ condition: Condition, _ sample: SampleRequest) throws -> Bool {
    let cascade = try cascade([Rule(name: "it", match: condition, label: "high-compute")])
    return cascade.classify(sample).source == .rule
}

func problems(_ condition: Condition) -> [String] {
    var options = ClassifierOptions()
    options.rules = [Rule(name: "it", match: condition, label: "general")]
    return Cascade.problems(in: options).map(\.message)
}
