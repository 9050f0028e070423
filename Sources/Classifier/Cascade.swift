/// The decision: cache, then rules, then the default label. (The model and the language model take
/// their places between rules and default.) It is shared by all workers and immutable but for the
/// cache; it takes the time as a parameter and never waits.

import Vocabulary

public final class Cascade: Sendable {
    public let labels: LabelTable
    private let rules: RuleSet
    private let defaultLabel: Label
    private let cache: LRUCache?
    private let seed: (UInt64, UInt64)
    private let inspectedBytes: Int

    /// `seed` is the cache's hash key: random, secret, one per process.
    public init(options: ClassifierOptions, seed: (UInt64, UInt64)) throws(RuleProblems) {
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
        switch RuleCompiler.compile(options.allRules, labels: options.labels) {
        case .success(let compiled): rules = compiled
        case .failure(let found): throw RuleProblems(problems: problems + found.problems)
        }
        guard let fallback else { throw RuleProblems(problems: problems) }
        labels = LabelTable(options.labels)
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
            probeCount: rules.tables.probeCount, bodyCount: inspectedBytes)
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
            return Explanation(verdict: verdict(of: outcome), rule: nil, isBuiltin: false)
        }
        return Explanation(
            verdict: verdict(of: outcome), rule: rules.rules[index].name,
            isBuiltin: rules.rules[index].isBuiltin)
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
        verdict(
            of: rules.firstMatch(
                request, bodyComplete: bodyComplete, withBody: true, scratch: scratch))
    }

    private func verdict(of outcome: RuleSet.Outcome) -> Verdict {
        guard case .matched(let index) = outcome else {
            return Verdict(label: defaultLabel, confidence: 0, source: .fallback)
        }
        return Verdict(label: rules.label(ofRule: index), confidence: 1, source: .rule)
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
