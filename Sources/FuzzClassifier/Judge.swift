/// What must hold of every request, whatever its bytes: features, guess, verdict, key and masked text. It
/// keeps its tables from input to input, as a worker does from request to request.
import Classifier
import Glibc
import Vocabulary

enum MediaTypes {
    static let all: [StaticString] = [
        "application/json", "application/x-www-form-urlencoded", "text/xml", "application/graphql", "application/sql",
        "multipart/form-data; boundary=x", "text/plain", "application/octet-stream", "application/x-ndjson", "",
    ]
}

/// `@unchecked`: used by the fuzzer's one thread only.
final class Judge: @unchecked Sendable {
    static let shared = Judge()

    /// Processor time of one reading of the features that no input of the fuzzer's size needs, sanitizer and
    /// all: work that is linear stays far below.
    private static let patience = 30_000_000

    private let extractor = Model.builtin.makeExtractor(bodyCount: 16 * 1024)
    private let other = Model.builtin.makeExtractor(bodyCount: 16 * 1024)
    private let cascade: Cascade
    private let scratch: Scratch
    private let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 8)

    private init() {
        do throws(RuleProblems) {
            cascade = try Cascade(options: ClassifierOptions(), model: .builtin, seed: (1, 2))
        } catch {
            preconditionFailure("the built-in rules are refused: \(error)")
        }
        scratch = cascade.makeScratch()
    }

    func check(_ request: RequestView, isComplete: Bool) {
        features(request, isComplete)
        verdict(request, isComplete)
        text(request, isComplete)
        let key = ShapeKey.key(of: request, bodyComplete: isComplete, seed: (3, 4))
        precondition(key == ShapeKey.key(of: request, bodyComplete: isComplete, seed: (3, 4)), "one request, two shapes")
    }

    private func features(_ request: RequestView, _ isComplete: Bool) {
        let begun = Self.processorTime()
        extractor.extract(request, bodyComplete: isComplete)
        precondition(Self.processorTime() - begun < Self.patience, "the work is not linear")
        let set = extractor.set
        precondition(set.count > 0 && set.count <= FeatureSet.capacity)
        // The other one has read something else before.
        other.extract(request, bodyComplete: isComplete)
        precondition(other.set.count == set.count, "the features depend on what came before")
        for index in 0..<set.count {
            precondition(other.set.hashes[index] == set.hashes[index], "the features depend on what came before")
        }
        other.extract(Self.unlike, bodyComplete: true)
        let guess = Model.builtin.guess(request, bodyComplete: isComplete, extractor: extractor)
        guess.check(labels: Model.builtin.facts.labels.count)
        let (explained, evidence) = Model.builtin.explain(request, bodyComplete: isComplete, extractor: extractor)
        precondition(explained == guess, "explaining changes the guess")
        precondition(evidence.allSatisfy(\.weight.isFinite))
    }

    private func verdict(_ request: RequestView, _ isComplete: Bool) {
        let first = cascade.classify(request, bodyComplete: isComplete, now: .zero, scratch: scratch)
        let second = cascade.classify(request, bodyComplete: isComplete, now: .zero, scratch: scratch)
        precondition(first.label == second.label && first.confidence == second.confidence, "one request, two verdicts")
        precondition(first.confidence >= 0 && first.confidence <= 1)
    }

    /// Into a page that is large enough, and into one that is not.
    private func text(_ request: RequestView, _ isComplete: Bool) {
        for count in [page.count, 61] {
            let room = UnsafeMutableRawBufferPointer(rebasing: page[..<count])
            let written = RequestText.render(request, bodyComplete: isComplete, into: room)
            precondition(written <= count, "more text than room")
            precondition(String(validating: room[..<written], as: UTF8.self) != nil, "the text is no UTF-8")
        }
    }

    private static var unlike: RequestView {
        RequestView(
            method: view("PUT"), path: view("/a/b"), query: view("from=2020-01-01&to=2024-01-01"), host: view(""),
            contentType: view("application/json"), head: view(""), fields: UnsafeBufferPointer(start: nil, count: 0),
            body: view(#"{"prompt":"a long story","n":[[1,2,{"limit":7}]],"max_tokens":9,"q":"SELECT a FROM b"}"#),
            bodyLength: 84)
    }

    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

extension ModelGuess {
    func check(labels: Int) {
        precondition(Int(label.index) < labels, "a label that is none")
        precondition(confidence.isFinite && confidence >= 0 && confidence <= 1, "a confidence that is none")
        precondition(unknownShare >= 0 && unknownShare <= 1)
    }
}
