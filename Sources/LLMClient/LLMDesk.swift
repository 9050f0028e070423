/// Where questions to the language model are asked and answered: queue, singleflight, breaker and
/// readiness over libcurl's transfers. It belongs to one thread, never blocks and never reads the clock;
/// whoever owns it watches `descriptor`, calls `turn` when that is readable or `nextWake` has come, and
/// collects answers and notices afterwards.

import Vocabulary

package final class LLMDesk {
    package let options: LLMOptions
    package private(set) var counters = LLMCounters()
    package private(set) var readiness = LLMReadiness.starting

    /// `labels` in the order of `Label.index`; a meaning says in a sentence when the label applies and
    /// may be empty. Throws if the options make no sense or the system gives no descriptor.
    package init(
        options: LLMOptions, labels: [(name: String, meaning: String)], now: Instant
    ) throws(LLMSetupError) {
        self.options = options
    }

    /// Readable (level-triggered) while there is something to do. One for the desk's whole life.
    package var descriptor: Int32 { -1 }

    package var breaker: LLMBreakerState { .admitting }

    /// Whether a question would be taken now: tells a refusal before any text is made.
    package func refusal(of key: CacheKey, now: Instant) -> LLMOutcome? { .notReady }

    /// `text` is masked; what exceeds `LLMOptions.requestText` is cut off. A refusal is counted here and
    /// has no answer.
    package func ask(
        _ key: CacheKey, text: Bytes, deadline: Instant, now: Instant
    ) -> LLMReception {
        counters.count(.notReady)
        return .refused(.notReady)
    }

    /// Everything there is to do by now.
    package func turn(now: Instant) {}

    /// When `turn` must be called at the latest. Read it again after every call.
    package var nextWake: Instant? { nil }

    package func nextAnswer() -> LLMAnswer? { nil }

    package func nextNotice() -> LLMNotice? { nil }

    /// Ends everything at once; the open questions' answers are `cancelled`. Nothing is taken afterwards.
    package func shutdown(now: Instant) {}
}

package struct LLMSetupError: Error, CustomStringConvertible, Equatable {
    package var description: String
}
