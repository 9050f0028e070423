import Testing
import Vocabulary

@testable import Classifier

private let rules = [
    Rule(name: "blue", match: .header("X-Tenant", .matches([.glob("blue")])), label: "fast-path"),
    Rule(name: "big", match: .json(pointer: "/n", .exists), label: "high-compute"),
]

@Test func aRulesVerdictIsRemembered() throws {
    let cascade = try cascade(rules, cacheEntries: 100)
    let first = cascade.classify(.json("{\"n\":1}"))
    #expect(first.source == .rule)
    #expect(first.confidence == 1)
    let second = cascade.classify(.json("{\"n\":1}"))
    #expect(second.source == .cache)
    #expect(second.label == first.label)
    #expect(second.confidence == 1)
    #expect(cascade.cacheStatistics.hits == 1)
    #expect(cascade.cacheStatistics.misses == 1)
    #expect(cascade.cacheStatistics.entries == 1)
}

@Test func theDefaultIsRememberedToo() throws {
    let cascade = try cascade(rules, cacheEntries: 100)
    for source in [Source.fallback, .cache] {
        let verdict = cascade.classify(.json("{\"m\":1}"))
        #expect(verdict.source == source)
        #expect(verdict.confidence == 0)
        #expect(cascade.labels.name(of: verdict.label) == "general")
    }
    #expect(cascade.cacheStatistics.entries == 1)
}

@Test func memoriesFade() throws {
    let cascade = try cascade(rules, cacheEntries: 100)
    _ = cascade.classify(.json("{\"n\":1}"), at: .zero)
    #expect(cascade.classify(.json("{\"n\":1}"), at: .zero + .seconds(599)).source == .cache)
    #expect(cascade.classify(.json("{\"n\":1}"), at: .zero + .seconds(600)).source == .rule)
}

/// Every part of a request that a verdict can depend on tells cache entries apart.
@Test func differentRequestsDoNotShareAMemory() throws {
    let cascade = try cascade(rules, cacheEntries: 100)
    let base = SampleRequest.json("{\"n\":1}", to: "/a?b")
    var variants = Array(repeating: base, count: 11)
    variants[1].method = "PUT"
    variants[2].target = "/ab?"
    variants[3].target = "/a?c"
    variants[4].host = "other.test"
    variants[5].contentType = "text/json"
    variants[6].body = Array("{\"n\":2}".utf8)
    variants[7].bodyLength = .some(.some(9000))
    variants[8].bodyComplete = false
    variants[9].headers = [("x-tenant", "blue")]
    variants[10].headers = [("x-tenant", "red")]
    for (index, variant) in variants.enumerated() {
        #expect(cascade.classify(variant).source == .rule, "variant \(index)")
    }
    for variant in variants { #expect(cascade.classify(variant).source == .cache) }
    #expect(cascade.classify(variants[9]).label != cascade.classify(variants[10]).label)
    var unseen = base
    unseen.headers = [("x-other", "1")]
    #expect(cascade.classify(unseen).source == .cache)
}

@Test func onlyTheInspectedBytesCount() throws {
    var options = ClassifierOptions()
    options.builtinRules = false
    options.inspect.body = 10
    options.rules = [
        Rule(name: "x", match: .body(.contains("x", ignoreCase: false)), label: "fast-path")
    ]
    let cascade = try Cascade(options: options, seed: (3, 4))
    #expect(cascade.classify(SampleRequest("POST", body: "0123456789x")).source == .fallback)
    #expect(cascade.classify(SampleRequest("POST", body: "012345678xx")).source == .rule)
}

@Test func theBodyIsNeededOnlyIfARuleGetsThatFar() throws {
    let cascade = try cascade(rules)
    var sample = SampleRequest.json("")
    sample.bodyLength = .some(.some(100))
    #expect(cascade.needsBody(sample))
    sample.headers = [("X-Tenant", "blue")]
    #expect(!cascade.needsBody(sample))
    sample.headers = []
    sample.contentType = "text/plain"
    #expect(!cascade.needsBody(sample))
    sample.contentType = ""
    #expect(cascade.needsBody(sample))
    sample.bodyLength = .some(.some(0))
    #expect(!cascade.needsBody(sample))
    let sized = try sizedCascade()
    sample.bodyLength = .some(nil)
    #expect(sized.needsBody(sample))
    sample.bodyLength = .some(.some(7))
    #expect(!sized.needsBody(sample))
}

private func sizedCascade() throws -> Cascade {
    try cascade([
        Rule(name: "s", match: .bodySize(Comparison([.init(.gt, 5)])), label: "fast-path")
    ])
}

@Test func labelsHaveNamesAndBytes() {
    let labels = LabelTable(["one", "", "drei"])
    #expect(labels.label(named: "drei") == Label(index: 2))
    #expect(labels.label(named: "two") == nil)
    #expect(labels.name(of: Label(index: 0)) == "one")
    #expect(Array(labels.bytes(of: Label(index: 2))) == Array("drei".utf8))
    #expect(labels.bytes(of: Label(index: 1)).isEmpty)
}

@Test func tooManyLabelsAreRefused() {
    var options = ClassifierOptions()
    options.labels = (0..<65).map { "l\($0)" }
    options.defaultLabel = "l0"
    #expect(Cascade.problems(in: options).count == 1)
}
