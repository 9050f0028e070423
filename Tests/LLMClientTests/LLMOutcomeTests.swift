/// The names that metrics and logs show.

import Testing

@testable import LLMClient

@Test func outcomesHaveDistinctNamesInTheOrderOfTheirNumbers() {
    #expect(Set(LLMOutcome.names).count == LLMOutcome.allCases.count)
    for outcome in LLMOutcome.allCases {
        #expect(LLMOutcome.names[Int(outcome.rawValue)] == outcome.name)
    }
}
