/// What `Cascade` says of a request: the verdict to use now, and whether somebody else should be asked.
/// Plain values without memory of their own.

import Vocabulary

public struct Decision: Sendable {
    /// Good for this request, whatever comes later.
    public var verdict: Verdict
    /// What the model in the process thinks, with a configured label; nil if it was not asked.
    public var guess: ModelGuess?
    /// Nobody was sure, and the language model may be asked.
    public var isOpen = false
    /// The question to ask; nil if nothing is open or nobody answers now.
    public var ticket: Ticket?

    init(_ verdict: Verdict, guess: ModelGuess? = nil) {
        self.verdict = verdict
        self.guess = guess
    }
}

/// Names a question to the language model and the places its answer belongs to.
public struct Ticket: Hashable, Sendable {
    /// This request and its like to the byte.
    public var exactKey: CacheKey
    /// This request and its siblings: one answer serves them all, so it names the question too.
    public var shapeKey: CacheKey
    public var mode: LLMMode

    public init(exactKey: CacheKey, shapeKey: CacheKey, mode: LLMMode) {
        self.exactKey = exactKey
        self.shapeKey = shapeKey
        self.mode = mode
    }
}
