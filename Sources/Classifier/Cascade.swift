/// The decision: cache, then rules, then the model, then the default label. It is shared by all workers and immutable but for the
/// cache; it takes the time as a parameter and never waits.

import Vocabulary

public final class Cascade: Sendable {
    public let labels: LabelTable
    public let model: Model?
    private let rules: RuleSet
    /// The model's labels as ours.
    private let labelOfModel: [Label]
    private let guessConfidence: Float
    private let defaultLabel: Label
    private let cache: LRUCache?
    private let seed: (UInt64, UInt64)
    private let inspectedBytes: Int

    /// `seed` is the cache's hash key: random, secret, one per process. `model`: what `options.model`
    /// names, loaded; its labels must be among ours.
    public init(
        options: ClassifierOptions, model: Model? = nil, seed: (UInt64, UInt64)
    ) throws(RuleProblems) {
        guard options.labels.count <= Limits.labels else {
            throw RuleProblems(problems: [
                RuleProblem(rule: nil, message: "more than \(Limits.labels) labels")
            ])
        }
        var problems: [RuleProblem] = []
        let fallback = options.labels.firstIndex(of: options.defaultLabel)
        if fallback == nil {
            problems.append(
                RuleProblem(
                    rule: nil, message: "the default label '\(options.defaultLabel)' is not a label"
                ))
        }
        for name in model?.facts.labels ?? [] where !options.labels.contains(name) {
            problems.append(
                RuleProblem(
                    rule: nil,
                    message: "the model's label '\(name)' is not a label; add it, or train a model with these labels"))
        }
        switch RuleCompiler.compile(options.allRules, labels: options.labels) {
        case .success(let compiled): rules = compiled
        case .failure(let found): throw RuleProblems(problems: problems + found.problems)
        }
        guard let fallback, problems.isEmpty else { throw RuleProblems(problems: problems) }
        labels = LabelTable(options.labels)
        self.model = model
        labelOfModel = (model?.facts.labels ?? []).map { name in
            Label(index: UInt8(options.labels.firstIndex(of: name) ?? fallback))
        }
        guessConfidence = Float(options.model.guessConfidence)
        defaultLabel = Label(index: UInt8(fallback))
        self.seed = seed
        inspectedBytes = max(options.inspect.body, 0)
        cache =
            options.cache.entries > 0
            ? LRUCache(capacity: options.cache.entries, timeToLive: options.cache.ttl) : nil
    }

    /// Everything wrong with these options, for `slb check`.
    public static func problems(in options: ClassifierOptions) -> [RuleProblem] {
        do throws(RuleProblems) {
            var small = options
            small.cache.entries = 0
            _ = try Cascade(options: small, seed: (0, 0))
            return []
        } catch {
            return error.problems
        }
    }

    /// One for each thread that classifies; of no use to another cascade.
    public func makeScratch() -> Scratch {
        Scratch(
            nodeCount: rules.tables.nodeCount, deepestPointer: rules.tables.deepestPointer,
            probeCount: rules.tables.probeCount, bodyCount: inspectedBytes,
            extractor: model?.makeExtractor(bodyCount: inspectedBytes))
    }

    /// Whether the verdict can depend on the body. If not, the session may classify with the head
    /// alone (an empty `body`, `bodyComplete` false) and need not wait.
    public func needsBody(for request: RequestView, scratch: Scratch) -> Bool {
        let outcome = rules.firstMatch(
            request, bodyComplete: request.bodyLength == 0, withBody: false, scratch: scratch)
        return outcome == .needsBody
    }

    /// `bodyComplete`: `request.body` is the whole body. More than `inspect.body` bytes of it are
    /// not looked at.
    public func classify(
        _ request: RequestView, bodyComplete: Bool, now: Instant, scratch: Scratch
    ) -> Verdict {
        let (request, bodyComplete) = inspected(request, bodyComplete)
        guard let cache else {
            return decided(request, bodyComplete: bodyComplete, scratch: scratch)
        }
        let key = cacheKey(of: request, bodyComplete: bodyComplete)
        if let stored = cache.value(for: key, now: now) { return Verdict(stored: stored) }
        let verdict = decided(request, bodyComplete: bodyComplete, scratch: scratch)
        cache.insert(verdict.stored, for: key, now: now)
        return verdict
    }

    /// The verdict without the cache and which rule gave it. For people: it may allocate.
    public func explain(
        _ request: RequestView, bodyComplete: Bool, scratch: Scratch
    ) -> Explanation {
        let (request, bodyComplete) = inspected(request, bodyComplete)
        let outcome = rules.firstMatch(
            request, bodyComplete: bodyComplete, withBody: true, scratch: scratch)
        guard case .matched(let index) = outcome else {
            let (verdict, evidence) = explainedGuess(request, bodyComplete: bodyComplete, scratch: scratch)
            return Explanation(verdict: verdict, rule: nil, isBuiltin: false, evidence: evidence)
        }
        return Explanation(
            verdict: Verdict(label: rules.label(ofRule: index), confidence: 1, source: .rule),
            rule: rules.rules[index].name, isBuiltin: rules.rules[index].isBuiltin)
    }

    private func explainedGuess(
        _ request: RequestView, bodyComplete: Bool, scratch: Scratch
    ) -> (Verdict, [ModelEvidence]) {
        guard let model, let extractor = scratch.extractor else { return (defaultVerdict, []) }
        let (guess, evidence) = model.explain(request, bodyComplete: bodyComplete, extractor: extractor)
        return (verdict(of: guess), evidence)
    }

    public var cacheStatistics: CacheStatistics { cache?.statistics ?? CacheStatistics() }

    private func inspected(
        _ request: RequestView, _ bodyComplete: Bool
    ) -> (RequestView, bodyComplete: Bool) {
        guard request.body.count > inspectedBytes else { return (request, bodyComplete) }
        var shortened = request
        shortened.body = Bytes(rebasing: request.body[..<inspectedBytes])
        if bodyComplete && shortened.bodyLength == nil {
            shortened.bodyLength = UInt64(request.body.count)
        }
        return (shortened, false)
    }

    private func decided(
        _ request: RequestView, bodyComplete: Bool, scratch: Scratch
    ) -> Verdict {
        let outcome = rules.firstMatch(
            request, bodyComplete: bodyComplete, withBody: true, scratch: scratch)
        if case .matched(let index) = outcome {
            return Verdict(label: rules.label(ofRule: index), confidence: 1, source: .rule)
        }
        guard let model, let extractor = scratch.extractor else { return defaultVerdict }
        return verdict(of: model.guess(request, bodyComplete: bodyComplete, extractor: extractor))
    }

    private func verdict(of guess: ModelGuess) -> Verdict {
        guard guess.confidence >= guessConfidence else { return defaultVerdict }
        return Verdict(
            label: labelOfModel[Int(guess.label.index)], confidence: guess.confidence, source: .model)
    }

    private var defaultVerdict: Verdict {
        Verdict(label: defaultLabel, confidence: 0, source: .fallback)
    }

    /// Everything a verdict can depend on: with a header left out, one tenant's verdict would answer
    /// for another.
    private func cacheKey(of request: RequestView, bodyComplete: Bool) -> CacheKey {
        var hash = SipHash(key: seed)
        hash.append(part: request.method)
        hash.append(part: request.path)
        hash.append(part: request.query)
        hash.append(part: request.host)
        hash.append(part: request.contentType)
        for index in 0..<rules.tables.headerCount {
            let name = rules.tables.bytes(rules.tables.headers[index])
            var count: UInt64 = 0
            for field in request.fields {
                guard let found = request.name(of: field), found.equalsIgnoringCase(name),
                    let value = request.value(of: field)
                else { continue }
                hash.append(part: value)
                count += 1
            }
            hash.append(word: count)
        }
        hash.append(part: request.body)
        hash.append(word: bodyComplete ? 1 : 0)
        // No body is that long: a length in the open reads like no other.
        hash.append(word: request.bodyLength ?? .max)
        return hash.finish()
    }
}

/// What `POST /classify?explain=1` tells.
public struct Explanation: Sendable {
    public var verdict: Verdict
    /// The rule that matched, or nil for the default label.
    public var rule: String?
    public var isBuiltin: Bool
    /// The model's strongest features, if it decided.
    public var evidence: [ModelEvidence] = []
}

extension ClassifierOptions {
    /// The operator's rules, then the built-in ones as far as their labels exist.
    var allRules: [(rule: Rule, isBuiltin: Bool)] {
        let own = rules.map { (rule: $0, isBuiltin: false) }
        guard builtinRules else { return own }
        return own
            + BuiltinRules.rules.filter { labels.contains($0.label) }
            .map { (rule: $0, isBuiltin: true) }
    }
}

extension Verdict {
    /// Label and confidence in the 64 bits of a cache entry.
    fileprivate var stored: UInt64 {
        UInt64(confidence.bitPattern) << 8 | UInt64(label.index)
    }

    fileprivate init(stored: UInt64) {
        self.init(
            label: Label(index: UInt8(truncatingIfNeeded: stored)),
            confidence: Float(bitPattern: UInt32(truncatingIfNeeded: stored >> 8)),
            source: .cache)
    }
}
