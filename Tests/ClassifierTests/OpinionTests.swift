/// When the language model is asked, how, and what its verdict serves.

import Testing
import Vocabulary

@testable import Classifier

/// Nobody is ever sure: no model, and no rules but these.
private func unsure(
    _ rules: [Rule] = [], mode: LLMMode = .background, modes: [String: LLMMode] = [:], cacheEntries: Int = 100
) throws -> Cascade {
    var options = ClassifierOptions()
    options.rules = rules
    options.builtinRules = false
    options.model.source = .none
    options.cache.entries = cacheEntries
    options.llm.isEnabled = true
    options.llm.mode = mode
    options.llm.modes = modes
    return try Cascade(options: options, seed: (1, 2))
}

extension Cascade {
    fileprivate func decide(_ sample: SampleRequest, mayAsk: Bool = true, at now: Instant = .zero) -> Decision {
        let scratch = makeScratch()
        return sample.withView {
            decide($0, bodyComplete: sample.bodyComplete, mayAsk: mayAsk, now: now, scratch: scratch)
        }
    }
}

private let heavy = Label(index: 1)

@Test func whatNobodyIsSureOfIsAskedAndNotRemembered() throws {
    let cascade = try unsure()
    for _ in 0..<2 {
        let decision = cascade.decide(.json("{\"q\":\"x\"}"))
        #expect(decision.verdict.source == .fallback)
        #expect(decision.isOpen)
        #expect(decision.ticket?.mode == .background)
    }
    #expect(cascade.cacheStatistics.entries == 0)
}

@Test func anAnswerServesTheSameRequestAndItsSiblings() throws {
    let cascade = try unsure()
    let ticket = try #require(cascade.decide(.json("{\"id\":17,\"q\":\"find all\"}", to: "/a/17")).ticket)
    cascade.store(heavy, confidence: 0.8, for: ticket, now: .zero)
    for (body, path) in [("{\"id\":17,\"q\":\"find all\"}", "/a/17"), ("{\"id\":42,\"q\":\"find all\"}", "/a/42")] {
        let decision = cascade.decide(.json(body, to: path))
        #expect(decision.verdict == Verdict(label: heavy, confidence: 0.8, source: .cache))
        #expect(decision.ticket == nil)
        #expect(!decision.isOpen)
    }
    #expect(cascade.shapeStatistics?.hits == 1)
    // The sibling has an entry of its own now.
    #expect(cascade.decide(.json("{\"id\":42,\"q\":\"find all\"}", to: "/a/42")).verdict.source == .cache)
    #expect(cascade.shapeStatistics?.hits == 1)
    let other = cascade.decide(.json("{\"id\":17,\"q\":\"count one\"}", to: "/a/17"))
    #expect(other.verdict.source == .fallback)
    #expect(other.ticket?.shapeKey != ticket.shapeKey)
}

@Test func answersFade() throws {
    let cascade = try unsure()
    let ticket = try #require(cascade.decide(.json("{}")).ticket)
    cascade.store(heavy, confidence: 0.8, for: ticket, now: .zero)
    #expect(cascade.decide(.json("{}"), at: .zero + .seconds(600)).ticket != nil)
}

/// One relaxed look at what `mayAsk` says is all: no key is made before the first answer.
@Test func whileNobodyAnswersThereIsNoTicket() throws {
    let cascade = try unsure()
    let decision = cascade.decide(.json("{}"), mayAsk: false)
    #expect(decision.isOpen)
    #expect(decision.ticket == nil)
    #expect(cascade.shapeStatistics == CacheStatistics())
    let ticket = try #require(cascade.decide(.json("{}")).ticket)
    cascade.store(heavy, confidence: 1, for: ticket, now: .zero)
    #expect(cascade.decide(.json("{\"a\":1}"), mayAsk: false).ticket == nil)
    #expect(cascade.shapeStatistics?.misses == 1)
}

@Test func rulesAskNobody() throws {
    let rule = Rule(name: "r", match: .path([.glob("/r*")]), label: "fast-path")
    let decision = try unsure([rule]).decide(SampleRequest("GET", "/r1"))
    #expect(decision.verdict.source == .rule)
    #expect(!decision.isOpen)
}

@Test func rulesWithoutALabelSayHowToAsk() throws {
    let rules = [
        Rule(name: "private", match: .path([.glob("/private/*")]), effect: .llm(.off)),
        Rule(name: "tenant", match: .header("X-Tenant", .matches([.glob("blue")])), effect: .llm(.wait)),
        Rule(name: "deep", match: .json(pointer: "/a/b/c", .exists), effect: .llm(.wait)),
        Rule(name: "health", match: .path([.glob("*/health")]), label: "fast-path"),
    ]
    let cascade = try unsure(rules)
    #expect(cascade.decide(SampleRequest("GET", "/other")).ticket?.mode == .background)
    var blue = SampleRequest("GET", "/other")
    blue.headers = [("X-Tenant", "blue")]
    #expect(cascade.decide(blue).ticket?.mode == .wait)
    #expect(cascade.decide(.json("{\"a\":{\"b\":{\"c\":1}}}")).ticket?.mode == .wait)
    // The first of them holds, and none of them labels anything.
    blue.target = "/private/x"
    let closed = cascade.decide(blue)
    #expect(!closed.isOpen)
    #expect(closed.verdict.source == .fallback)
    #expect(cascade.decide(SampleRequest("GET", "/private/health")).verdict.source == .rule)
    #expect(cascade.explain(blue).rule == nil)
}

@Test(arguments: [("", false), ("1", false), ("yes", false), ("0", true), ("False", true)])
func aClientMayKeepItsRequestToItself(_ value: String, _ isOpen: Bool) throws {
    let cascade = try unsure()
    var sample = SampleRequest.json("{}")
    sample.headers = [("x-ROUTE-no-inspect", value)]
    #expect(cascade.decide(sample).isOpen == isOpen)
    // Nothing of it is remembered, so that the next one's question is not lost.
    #expect(cascade.decide(.json("{}")).isOpen)
}

@Test func labelsHaveModesOfTheirOwn() throws {
    #expect(try unsure(mode: .off, modes: ["general": .wait]).decide(.json("{}")).ticket?.mode == .wait)
    let silent = try unsure(mode: .wait, modes: ["general": .off])
    #expect(!silent.decide(.json("{}")).isOpen)
    // Nobody will ever know better: that can be remembered.
    #expect(silent.decide(.json("{}")).verdict.source == .cache)
}

@Test func withoutAMemoryOnlyThoseWhoWaitAsk() throws {
    #expect(!(try unsure(cacheEntries: 0).decide(.json("{}")).isOpen))
    let cascade = try unsure(mode: .wait, cacheEntries: 0)
    let ticket = try #require(cascade.decide(.json("{}")).ticket)
    cascade.store(heavy, confidence: 1, for: ticket, now: .zero)
    #expect(cascade.decide(.json("{}")).ticket == ticket)
}

@Test func withoutALanguageModelNothingIsOpen() throws {
    var options = ClassifierOptions()
    options.builtinRules = false
    let cascade = try Cascade(options: options, seed: (1, 2))
    #expect(!cascade.decide(.json("{}")).isOpen)
    #expect(cascade.decide(.json("{}")).verdict.source == .cache)
    #expect(cascade.shapeStatistics == nil)
}

@Test(arguments: [(0.0, false), (1.0, true)]) func onlyDoubtAsks(_ least: Double, _ isOpen: Bool) throws {
    var options = ClassifierOptions()
    options.builtinRules = false
    options.llm.isEnabled = true
    options.model.minConfidence = least
    options.model.guessConfidence = 0.4
    let cascade = try Cascade(options: options, model: .builtin, seed: (1, 2))
    let decision = cascade.decide(SampleRequest("GET", "/v1/users/7"))
    let guess = try #require(decision.guess)
    #expect(guess.confidence > 0 && guess.confidence < 1)
    #expect(decision.isOpen == isOpen)
    // Sure enough by the operator's word, the guess stands whatever guess_confidence says.
    #expect(decision.verdict.source == .model || least == 1)
}

@Test func aModeRuleMayNotNameAnUnknownPattern() {
    var options = ClassifierOptions()
    options.rules = [Rule(name: "bad", match: .json(pointer: "nope", .exists), effect: .llm(.off))]
    #expect(Cascade.problems(in: options).map(\.rule) == ["bad"])
}
