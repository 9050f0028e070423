import Testing
import Vocabulary

@testable import Classifier

private func less(_ value: Double) -> Comparison { Comparison([.init(.lt, value)]) }

@Test func methodsAreCaseSensitive() throws {
    let condition = Condition.method(["GET", "QUERY"])
    #expect(try holds(condition, SampleRequest("GET")))
    #expect(try holds(condition, SampleRequest("QUERY")))
    #expect(try !holds(condition, SampleRequest("get")))
    #expect(try !holds(condition, SampleRequest("POST")))
    #expect(try !holds(.method([]), SampleRequest("GET")))
}

@Test func hostsLoseTheirPortAndCase() throws {
    let condition = Condition.host([.glob("*.Example.test"), .glob("[::1]")])
    #expect(try holds(condition, SampleRequest(host: "API.example.TEST:8080")))
    #expect(try holds(condition, SampleRequest(host: "[::1]:80")))
    #expect(try holds(condition, SampleRequest(host: "[::1]")))
    #expect(try !holds(condition, SampleRequest(host: "example.test")))
    #expect(try !holds(condition, SampleRequest(host: "")))
}

@Test func pathsMatchAnyOfTheirPatterns() throws {
    let condition = Condition.path([
        .glob("/v1/*"), .regex("/[0-9]+$", ignoreCase: false),
        .contains("SECRET", ignoreCase: true),
    ])
    #expect(try holds(condition, SampleRequest("GET", "/v1/x?y=/z")))
    #expect(try holds(condition, SampleRequest("GET", "/items/77?x=1")))
    #expect(try holds(condition, SampleRequest("GET", "/a/secrets")))
    #expect(try !holds(condition, SampleRequest("GET", "/V1/x")))
    #expect(try !holds(condition, SampleRequest("GET", "/x?y=/v1/77")))
    #expect(try !holds(.path([]), SampleRequest("GET", "/")))
}

@Test func headersMatchByNameWhateverItsCase() throws {
    let headers = [("X-Tenant", "blue"), ("x-tenant", "red"), ("Empty", "")]
    let sample = SampleRequest(headers: headers)
    #expect(try holds(.header("x-TENANT", .matches([.glob("red")])), sample))
    #expect(try holds(.header("X-Tenant", .matches([.glob("green"), .glob("blue")])), sample))
    #expect(try !holds(.header("X-Tenant", .matches([.glob("RED")])), sample))
    #expect(try holds(.header("empty", .present), sample))
    #expect(try !holds(.header("empty", .absent), sample))
    #expect(try holds(.header("missing", .absent), sample))
    #expect(try !holds(.header("missing", .present), sample))
    #expect(try !holds(.header("missing", .matches([.glob("*")])), sample))
}

@Test func queryParametersAreDecoded() throws {
    let sample = SampleRequest("GET", "/?a=1&b%20c=x%2Fy+z&flag&=none&a=2&bad=%zz%4")
    #expect(try holds(.query("a", .matches([.glob("2")])), sample))
    #expect(try holds(.query("b c", .matches([.glob("x/y z")])), sample))
    #expect(try holds(.query("flag", .present), sample))
    #expect(try holds(.query("flag", .matches([.glob("")])), sample))
    #expect(try holds(.query("", .matches([.glob("none")])), sample))
    #expect(try holds(.query("bad", .matches([.glob("%zz%4")])), sample))
    #expect(try holds(.query("A", .absent), sample))
    #expect(try !holds(.query("a", .absent), sample))
    #expect(try !holds(.query("a", .matches([.glob("3")])), sample))
    #expect(try holds(.query("a", .absent), SampleRequest("GET", "/")))
}

@Test func mediaTypesLoseTheirParameters() throws {
    let condition = Condition.contentType([.glob("image/*"), .glob("text/html")])
    #expect(try holds(condition, SampleRequest("POST", type: "Image/PNG")))
    #expect(try holds(condition, SampleRequest("POST", type: " text/HTML ; charset=utf-8")))
    #expect(try !holds(condition, SampleRequest("POST", type: "text/htmlx")))
    #expect(try !holds(condition, SampleRequest("POST", type: "")))
}

@Test func bodySizeIsTheWholeBodysIfKnown() throws {
    var sample = SampleRequest("POST", type: "text/plain", body: "0123456789")
    #expect(try holds(.bodySize(Comparison([.init(.ge, 10), .init(.le, 10)])), sample))
    sample.bodyLength = .some(.some(5000))
    #expect(try !holds(.bodySize(less(5000)), sample))
    #expect(try holds(.bodySize(Comparison([.init(.gt, 4999)])), sample))
    sample.bodyLength = .some(nil)
    #expect(try holds(.bodySize(less(11)), sample))
}

@Test func bodiesAreSearchedAsBytes() throws {
    var sample = SampleRequest("POST", type: "application/octet-stream", body: "say \"Hello\"")
    sample.body += [0x00, 0xFF]
    #expect(try holds(.body(.contains("hello", ignoreCase: true)), sample))
    #expect(try !holds(.body(.contains("hello", ignoreCase: false)), sample))
    #expect(try holds(.body(.regex("\\x00\\xff$", ignoreCase: false)), sample))
    sample.bodyComplete = false
    #expect(try !holds(.body(.regex("\\x00\\xff$", ignoreCase: false)), sample))
}

@Test func conditionsCombine() throws {
    let get = Condition.method(["GET"])
    let health = Condition.path([.glob("/health")])
    let request = SampleRequest("GET", "/health")
    let other = SampleRequest("POST", "/health")
    #expect(try holds(.all([get, health]), request))
    #expect(try !holds(.all([get, health]), other))
    #expect(try holds(.any([get, health]), other))
    #expect(try holds(.not(get), other))
    #expect(try !holds(.not(.not(get)), other))
    #expect(try holds(.not(.all([get, .not(health)])), request))
    #expect(try holds(.not(.any([.not(get), .not(health)])), request))
    #expect(try holds(.all([]), request))
    #expect(try !holds(.any([]), request))
}

@Test func theFirstRuleThatMatchesWins() throws {
    let cascade = try cascade([
        Rule(name: "one", match: .path([.glob("/x")]), label: "fast-path"),
        Rule(name: "two", match: .path([.glob("/x*")]), label: "high-compute"),
        Rule(name: "three", match: .all([]), label: "general"),
    ])
    #expect(cascade.explain(SampleRequest("GET", "/x")).rule == "one")
    #expect(cascade.explain(SampleRequest("GET", "/xy")).rule == "two")
    let last = cascade.explain(SampleRequest("GET", "/"))
    #expect(last.rule == "three")
    #expect(last.verdict.confidence == 1)
    #expect(cascade.labels.name(of: last.verdict.label) == "general")
}

@Test func everyProblemIsReportedWithItsRule() {
    var options = ClassifierOptions()
    options.defaultLabel = "nowhere"
    options.rules = [
        Rule(name: "first", match: .path([.regex("(", ignoreCase: false)]), label: "fast-path"),
        Rule(name: "second", match: .json(pointer: "x", .exists), label: "no-label"),
        Rule(name: "third", match: .graphql(types: ["mutate"], names: []), label: "general"),
        Rule(name: "fourth", match: .json(pointer: "/a~2", .exists), label: "general"),
    ]
    let problems = Cascade.problems(in: options)
    #expect(problems.map(\.rule) == [nil, "first", "second", "second", "third", "fourth"])
    #expect(problems[1].message.contains("at byte 0"))
    #expect(throws: RuleProblems.self) { try Cascade(options: options, seed: (0, 0)) }
}

@Test func problemsAreFew() {
    #expect(Cascade.problems(in: ClassifierOptions()).isEmpty)
    #expect(problems(.header("", .present)).count == 1)
    #expect(problems(.json(pointer: String(repeating: "/a", count: 17), .exists)).count == 1)
    #expect(problems(.method((0..<65).map { "M\($0)" })).isEmpty == false)
}
