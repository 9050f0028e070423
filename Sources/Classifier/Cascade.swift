/// The decision: cache, then rules, then the model, then what a language model said of requests like
/// this one, then the default label. It is shared by all workers and immutable but for its memories; it
/// takes the time as a parameter, asks nobody outside and never waits.

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
    /// Nil without a language model.
    private let opinion: Opinion?
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
        var asking: RuleSet?
        (rules, asking) = try Self.compile(options, &problems)
        guard let fallback, let asking, problems.isEmpty else { throw RuleProblems(problems: problems) }
        labels = LabelTable(options.labels)
        self.model = model
        labelOfModel = (model?.facts.labels ?? []).map { name in
            Label(index: UInt8(options.labels.firstIndex(of: name) ?? fallback))
        }
        // A guess that needs no other opinion stands.
        guessConfidence = Float(
            options.llm.isEnabled
                ? min(options.model.guessConfidence, options.model.minConfidence) : options.model.guessConfidence)
        opinion = options.llm.isEnabled ? Opinion(options: options, rules: asking) : nil
        defaultLabel = Label(index: UInt8(fallback))
        self.seed = seed
        inspectedBytes = max(options.inspect.body, 0)
        cache =
            options.cache.entries > 0
            ? LRUCache(capacity: options.cache.entries, timeToLive: options.cache.ttl) : nil
    }

    /// The rules that give labels, and those that say how to ask.
    private static func compile(
        _ options: ClassifierOptions, _ problems: inout [RuleProblem]
    ) throws(RuleProblems) -> (labelling: RuleSet, asking: RuleSet?) {
        var asking: RuleSet?
        switch RuleCompiler.compile(options.askingRules, labels: options.labels) {
        case .success(let compiled): asking = compiled
        case .failure(let found): problems += found.problems
        }
        switch RuleCompiler.compile(options.labellingRules, labels: options.labels) {
        case .success(let compiled): return (compiled, asking)
        case .failure(let found): throw RuleProblems(problems: problems + found.problems)
        }
    }

    /// Everything wrong with these options, for `slb check`.
    public static func problems(in options: ClassifierOptions, model: Model? = nil) -> [RuleProblem] {
        do throws(RuleProblems) {
            var small = options
            small.cache.entries = 0
            _ = try Cascade(options: small, model: model, seed: (0, 0))
            return []
        } catch {
            return error.problems
        }
    }

    /// One for each thread that classifies; of no use to another cascade.
    public func makeScratch() -> Scratch {
        let tables = [rules.tables] + (opinion.map { [$0.rules.tables] } ?? [])
        return Scratch(
            nodeCount: tables.reduce(0) { max($0, $1.nodeCount) },
            deepestPointer: tables.reduce(0) { max($0, $1.deepestPointer) },
            probeCount: tables.reduce(0) { max($0, $1.probeCount) }, bodyCount: inspectedBytes,
            extractor: model?.makeExtractor(bodyCount: inspectedBytes))
    }

    /// Whether the verdict can depend on the body. If not, the session may classify with the head
    /// alone (an empty `body`, `bodyComplete` false) and need not wait.
    public func needsBody(for request: RequestView, scratch: Scratch) -> Bool {
        let outcome = rules.firstMatch(
            request, bodyComplete: request.bodyLength == 0, withBody: false, scratch: scratch)
        return outcome == .needsBody
    }

    /// The verdict without asking anybody else; see `decide`.
    public func classify(
        _ request: RequestView, bodyComplete: Bool, now: Instant, scratch: Scratch
    ) -> Verdict {
        decide(request, bodyComplete: bodyComplete, mayAsk: false, now: now, scratch: scratch).verdict
    }

    /// `bodyComplete`: `request.body` is the whole body. More than `inspect.body` bytes of it are
    /// not looked at. `mayAsk`: a language model takes questions now; without one there is no ticket.
    public func decide(
        _ request: RequestView, bodyComplete: Bool, mayAsk: Bool, now: Instant, scratch: Scratch
    ) -> Decision {
        let (request, bodyComplete) = inspected(request, bodyComplete)
        guard cache != nil || opinion != nil else {
            return decided(request, bodyComplete: bodyComplete, scratch: scratch)
        }
        let key = cacheKey(of: request, bodyComplete: bodyComplete)
        if let stored = cache?.value(for: key, now: now) { return Decision(Verdict(stored: stored)) }
        var decision = decided(request, bodyComplete: bodyComplete, scratch: scratch)
        if decision.verdict.source != .rule, let opinion,
            decision.guess?.confidence ?? 0 < opinion.minConfidence
        {
            consult(opinion, about: request, bodyComplete, key, mayAsk, &decision, now, scratch)
        } else {
            cache?.insert(decision.verdict.stored, for: key, now: now)
        }
        return decision
    }

    /// Nobody was sure. A verdict for want of a better one is remembered by nobody.
    private func consult(
        _ opinion: Opinion, about request: RequestView, _ bodyComplete: Bool, _ exactKey: CacheKey,
        _ mayAsk: Bool, _ decision: inout Decision, _ now: Instant, _ scratch: Scratch
    ) {
        let best = decision.guess?.label ?? defaultLabel
        guard !opinion.isSilent(about: best) else {
            cache?.insert(decision.verdict.stored, for: exactKey, now: now)
            return
        }
        let mode = opinion.mode(request, bodyComplete: bodyComplete, best: best, scratch: scratch)
        guard mode != .off else { return }
        guard mayAsk || opinion.mayRemember else {
            decision.isOpen = true
            return
        }
        let shapeKey = ShapeKey.key(of: request, bodyComplete: bodyComplete, seed: seed)
        if opinion.mayRemember, let stored = opinion.remembered(shapeKey, now: now) {
            cache?.insert(stored, for: exactKey, now: now)
            decision.verdict = Verdict(stored: stored)
            return
        }
        decision.isOpen = true
        if mayAsk { decision.ticket = Ticket(exactKey: exactKey, shapeKey: shapeKey, mode: mode) }
    }

    /// The language model has answered: for this request, its like and its siblings.
    public func store(_ label: Label, confidence: Float, for ticket: Ticket, now: Instant) {
        precondition(Int(label.index) < labels.count, "a label of another table")
        let stored = Verdict(label: label, confidence: confidence, source: .llm).stored
        cache?.insert(stored, for: ticket.exactKey, now: now)
        opinion?.remember(stored, for: ticket.shapeKey, now: now)
    }

    /// The verdict without the cache and which rule gave it. For people: it may allocate.
    public func explain(
        _ request: RequestView, bodyComplete: Bool, scratch: Scratch
    ) -> Explanation {
        let (request, bodyComplete) = inspected(request, bodyComplete)
        let outcome = rules.firstMatch(
            request, bodyComplete: bodyComplete, withBody: true, scratch: scratch)
        guard case .matched(let index) = outcome else {
            return explainedGuess(request, bodyComplete: bodyComplete, scratch: scratch)
        }
        return Explanation(
            verdict: Verdict(label: rules.label(ofRule: index), confidence: 1, source: .rule),
            rule: rules.rules[index].name, isBuiltin: rules.rules[index].isBuiltin)
    }

    private func explainedGuess(
        _ request: RequestView, bodyComplete: Bool, scratch: Scratch
    ) -> Explanation {
        var explanation = Explanation(verdict: defaultVerdict, rule: nil, isBuiltin: false)
        guard let model, let extractor = scratch.extractor else { return explanation }
        var (guess, evidence) = model.explain(request, bodyComplete: bodyComplete, extractor: extractor)
        explanation.verdict = verdict(of: guess)
        guess.label = labelOfModel[Int(guess.label.index)]
        explanation.guess = guess
        explanation.evidence = evidence
        return explanation
    }

    public var cacheStatistics: CacheStatistics { cache?.statistics ?? CacheStatistics() }

    /// Nil without a language model.
    public var shapeStatistics: CacheStatistics? { opinion?.statistics }

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
    ) -> Decision {
        let outcome = rules.firstMatch(
            request, bodyComplete: bodyComplete, withBody: true, scratch: scratch)
        if case .matched(let index) = outcome {
            return Decision(Verdict(label: rules.label(ofRule: index), confidence: 1, source: .rule))
        }
        guard let model, let extractor = scratch.extractor else { return Decision(defaultVerdict) }
        var guess = model.guess(request, bodyComplete: bodyComplete, extractor: extractor)
        let verdict = verdict(of: guess)
        guess.label = labelOfModel[Int(guess.label.index)]
        return Decision(verdict, guess: guess)
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
    /// What the model thinks if no rule matched, sure enough or not, and its strongest features.
    public var guess: ModelGuess?
    public var evidence: [ModelEvidence] = []
}

extension ClassifierOptions {
    /// The operator's rules that give labels, then the built-in ones as far as their labels exist.
    var labellingRules: [(rule: Rule, isBuiltin: Bool)] {
        let own = rules.filter { $0.llm == nil }.map { (rule: $0, isBuiltin: false) }
        guard builtinRules else { return own }
        return own
            + BuiltinRules.rules.filter { $0.label.map(labels.contains) ?? false }
            .map { (rule: $0, isBuiltin: true) }
    }

    /// The operator's rules that say how the language model is asked.
    var askingRules: [(rule: Rule, isBuiltin: Bool)] {
        rules.filter { $0.llm != nil }.map { (rule: $0, isBuiltin: false) }
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
