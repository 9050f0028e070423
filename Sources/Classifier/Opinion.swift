/// The language model's place in the decision: who may be asked about which request and how, and where
/// its verdicts are kept. It asks nobody itself and looks at nothing until everybody else was unsure.

import Synchronization
import Vocabulary

final class Opinion: Sendable {
    /// A request with this header (unless it says `0` or `false`) is not shown to the language model.
    static let optOutHeader: StaticString = "x-route-no-inspect"

    /// Rules without a label, which say how to ask.
    let rules: RuleSet
    private let modes: [LLMMode]
    /// Below this a guess is open to question.
    let minConfidence: Float
    private let shapes: LRUCache?
    /// Until the first answer there is nothing to look for.
    private let hasAnswers = Atomic<Bool>(false)

    /// `rules`: those of `options` that compiled.
    init(options: ClassifierOptions, rules: RuleSet) {
        self.rules = rules
        modes = options.labels.map { options.llm.modes[$0] ?? options.llm.mode }
        minConfidence = Float(options.model.minConfidence)
        shapes =
            options.cache.entries > 0
            ? LRUCache(capacity: options.cache.entries, timeToLive: options.cache.ttl) : nil
    }

    var statistics: CacheStatistics { shapes?.statistics ?? CacheStatistics() }

    /// A rule's word goes before the label's, and the client's refusal before both.
    func mode(
        _ request: RequestView, bodyComplete: Bool, best: Label, scratch: Scratch
    ) -> LLMMode {
        var mode = modes[Int(best.index)]
        let outcome = rules.firstMatch(
            request, bodyComplete: bodyComplete, withBody: true, scratch: scratch)
        if case .matched(let index) = outcome { mode = rules.rules[index].llm ?? mode }
        guard mode != .off, !request.optsOut else { return .off }
        // Without a memory an answer would help only a request that waits for it.
        return mode == .background && shapes == nil ? .off : mode
    }

    /// Whether no request with this best guess is ever asked about, so that the guess is as good as any.
    func isSilent(about best: Label) -> Bool {
        modes[Int(best.index)] == .off && rules.rules.isEmpty
    }

    var mayRemember: Bool { hasAnswers.load(ordering: .relaxed) }

    func remembered(_ key: CacheKey, now: Instant) -> UInt64? { shapes?.value(for: key, now: now) }

    func remember(_ verdict: UInt64, for key: CacheKey, now: Instant) {
        guard let shapes else { return }
        shapes.insert(verdict, for: key, now: now)
        hasAnswers.store(true, ordering: .relaxed)
    }
}

extension RequestView {
    /// Whether the client asked that nothing of this request be shown to others.
    public var optsOut: Bool {
        for field in fields {
            guard let name = name(of: field), let value = value(of: field),
                name.equalsIgnoringCase(Opinion.optOutHeader)
            else { continue }
            if !value.equalsIgnoringCase("0") && !value.equalsIgnoringCase("false") { return true }
        }
        return false
    }
}
