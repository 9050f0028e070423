import Testing
import Vocabulary

@testable import Classifier

private func json(_ pointer: String, _ test: JSONTest, in body: String) throws -> Bool {
    try holds(.json(pointer: pointer, test), .json(body))
}

private func number(_ comparator: Comparison.Operator, _ value: Double) -> JSONTest {
    .number(Comparison([.init(comparator, value)]))
}

private func length(_ comparator: Comparison.Operator, _ value: Double) -> JSONTest {
    .length(Comparison([.init(comparator, value)]))
}

private let document = """
    {"a": {"b": [1, {"c": "x"}, "three", null, true, false, [7]]}, "": {"": 0}, "m~n": 1, "x/y": 2,
     "s": "say \\"hi\\" \\u00e9\\ud83d\\ude00\\n", "n": -12.5e-1, "ns": "42", "k\\u0065y": "v", "o": {}}
    """

@Test func pointersLeadToValues() throws {
    #expect(try json("", .exists, in: document))
    #expect(try json("/a/b", .exists, in: document))
    #expect(try json("/a/b/0", number(.eq, 1), in: document))
    #expect(try json("/a/b/1/c", .text([.glob("x")]), in: document))
    #expect(try json("/a/b/6/0", number(.eq, 7), in: document))
    #expect(try json("//", number(.eq, 0), in: document))
    #expect(try json("/m~0n", number(.eq, 1), in: document))
    #expect(try json("/x~1y", number(.eq, 2), in: document))
    #expect(try json("/key", .text([.glob("v")]), in: document))
    #expect(try !json("/a/b/7", .exists, in: document))
    #expect(try !json("/a/b/00", .exists, in: document))
    #expect(try !json("/a/b/c", .exists, in: document))
    #expect(try json("/nothing", .absent, in: document))
    #expect(try !json("/a", .absent, in: document))
}

@Test func anyElementIsAStarOrADash() throws {
    for any in ["*", "-"] {
        #expect(try json("/a/b/\(any)", .text([.glob("three")]), in: document))
        #expect(try json("/a/b/\(any)/c", .exists, in: document))
        #expect(try json("/a/b/\(any)/\(any)", number(.eq, 7), in: document))
        #expect(try !json("/a/\(any)", .exists, in: document))
        #expect(try !json("/a/b/\(any)", number(.gt, 1), in: document))
    }
    #expect(
        try holds(
            .all([.json(pointer: "/0", number(.eq, 1)), .json(pointer: "/*", number(.eq, 2))]),
            .json("[1,2]")))
}

@Test func numbersCompareAndStringsMayHoldThem() throws {
    #expect(try json("/n", number(.eq, -1.25), in: document))
    #expect(try json("/ns", number(.eq, 42), in: document))
    #expect(try json("/ns", .number(Comparison([.init(.gt, 41), .init(.lt, 43)])), in: document))
    #expect(try !json("/ns", .number(Comparison([.init(.gt, 41), .init(.lt, 42)])), in: document))
    #expect(try json("/n", number(.ne, 0), in: document))
    #expect(try !json("/s", number(.ne, 0), in: document))
    #expect(try json("/n", number(.le, -1.25), in: document))
    #expect(try json("/n", number(.ge, -1.25), in: document))
}

@Test(arguments: [
    ("0", 0.0), ("-0", 0), ("7", 7), ("120", 120), ("0.1", 0.1), ("3.25", 3.25), ("1e3", 1000),
    ("1E+2", 100), ("25e-2", 0.25), ("-9.5", -9.5), ("1e400", .infinity), ("1e-400", 0),
    ("123456789012345678901234567890", 1.2345678901234568e29),
    ("4e999999999999999999999", .infinity),
])
func numbersAreRead(text: String, value: Double) {
    let found = Array(text.utf8).withUnsafeBytes { JSONNumber.parse($0) }
    guard let found else {
        Issue.record("\(text) is no number")
        return
    }
    #expect(found == value || abs(found - value) <= abs(value) * 1e-14)
}

@Test(arguments: [
    "", "-", ".", ".5", "1.", "1e", "1e+", "1x", "--1", "1.2.3", "0x10", "1 ", "+1", "NaN",
])
func theseAreNotNumbers(text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { JSONNumber.parse($0) } == nil)
}

@Test func lengthsCountBytesElementsAndMembers() throws {
    #expect(try json("/a/b", length(.eq, 7), in: document))
    #expect(try json("/a", length(.eq, 1), in: document))
    #expect(try json("/o", length(.eq, 0), in: document))
    #expect(try json("", length(.eq, 9), in: document))
    #expect(try json("/ns", length(.eq, 2), in: document))
    // say "hi" é😀 and a line feed
    #expect(try json("/s", length(.eq, 16), in: document))
    #expect(try !json("/n", length(.ge, 0), in: document))
}

@Test func stringsMatchWithoutTheirEscapes() throws {
    #expect(try json("/s", .text([.glob("say \"hi\" é😀\n")]), in: document))
    #expect(try json("/s", .text([.regex("\"hi\" é", ignoreCase: false)]), in: document))
    #expect(try !json("/s", .text([.contains("u00e9", ignoreCase: false)]), in: document))
    #expect(try json("/x", .text([.glob("\u{FFFD}!")]), in: "{\"x\":\"\\ud800!\"}"))
    #expect(try json("/x", .text([.glob("uZZ")]), in: "{\"x\":\"\\uZZ\"}"))
}

@Test func literalsAreWhatTheyAre() throws {
    #expect(try json("/a/b/3", .null, in: document))
    #expect(try json("/a/b/4", .boolean(true), in: document))
    #expect(try json("/a/b/5", .boolean(false), in: document))
    #expect(try !json("/a/b/4", .boolean(false), in: document))
    #expect(try !json("/a/b/4", .null, in: document))
    #expect(try json("", .boolean(true), in: "true"))
    #expect(try json("", number(.eq, 42), in: " 42 "))
    #expect(try json("", .text([.glob("x")]), in: "\"x\""))
}

@Test func eitherOccurrenceOfAKeyCounts() throws {
    let body = "{\"a\":1,\"a\":2}"
    #expect(try json("/a", number(.eq, 1), in: body))
    #expect(try json("/a", number(.eq, 2), in: body))
}

@Test func onlyJSONIsReadAsJSON() throws {
    let exists = Condition.json(pointer: "/a", .exists)
    for type in [
        "application/json", "Application/JSON; charset=utf-8", "text/json", "a/b+json", "",
    ] {
        #expect(try holds(exists, SampleRequest("POST", type: type, body: " {\"a\":1}")))
    }
    for type in ["text/plain", "application/jsonx", "json", "application/x-www-form-urlencoded"] {
        #expect(try !holds(exists, SampleRequest("POST", type: type, body: "{\"a\":1}")))
    }
    #expect(try !holds(exists, SampleRequest("POST", body: "a={\"a\":1}")))
    #expect(try holds(.json(pointer: "/a", .absent), SampleRequest("POST", type: "text/plain")))
}

/// A test that only asks for more (exists, text, a number, a lower bound) never takes back a yes as
/// more of the body arrives, and says yes to the whole if it said so to a part.
@Test func aCutBodyNeverSaysYesTooEarly() throws {
    let tests: [(String, JSONTest)] = [
        ("/a/b/1/c", .text([.glob("x")])), ("/a/b", length(.ge, 4)), ("/n", number(.lt, -1)),
        ("/n", number(.gt, -2)), ("/ns", number(.eq, 4)), ("/a/b/*", .null), ("/o", .exists),
        ("/s", .text([.regex("é.$", ignoreCase: false)])), ("/s", .text([.glob("say*")])),
        ("/s", .text([.glob("say")])), ("/s", .text([.contains("\u{FFFD}", ignoreCase: false)])),
        ("/a/b/0", number(.eq, 1)), ("/key", .text([.glob("v")])), ("/a/b/4", .boolean(true)),
    ]
    let bytes = Array(document.utf8)
    for (pointer, test) in tests {
        let cascade = try cascade([
            Rule(name: "it", match: .json(pointer: pointer, test), label: "general")
        ])
        var sample = SampleRequest.json(document)
        let whole = cascade.classify(sample).source == .rule
        var before = false
        sample.bodyComplete = false
        for count in 0...bytes.count {
            sample.body = Array(bytes[..<count])
            let now = cascade.classify(sample).source == .rule
            #expect(now || !before, "\(pointer) took back its yes at \(count)")
            #expect(whole || !now, "\(pointer) said yes to \(count) bytes")
            before = now
        }
    }
}

@Test func truncatedArraysCountWhatWasSeen() throws {
    var sample = SampleRequest.json("{\"input\":[\"a\",\"b\",[\"c\"],\"d")
    sample.bodyComplete = false
    #expect(try holds(.json(pointer: "/input", length(.eq, 4)), sample))
    #expect(try holds(.json(pointer: "/input/3", .exists), sample))
}

@Test func hostileJSONDoesNoHarm() throws {
    let deep = String(repeating: "[", count: 100_000)
    let bodies = [
        deep, "{\"a\":" + deep, "]", "}", "{]", "[}", "{\"a\"", "{\"a\":", "{\"a\":}", "{:1}",
        "{1:2}",
        "\"", "\"\\", "\"\\u", "\"\\u12", "{\"a\":\"\\", ",", ",,,", "{,}", "[,1]", "{\"a\":,1}",
        "tru",
        "{\"a\":tru}", "nul", "-", "{\"a\":-}", "\u{0}", "{\"\u{0}\":1}", "'a'",
        "{\"a\":1}{\"a\":2}",
        "[[[[{\"a\":1", "{\"a\":[{\"a\":[{\"a\":[",
    ]
    let cascade = try cascade([
        Rule(name: "1", match: .json(pointer: "/a/0/a/*", .text([.glob("x")])), label: "general"),
        Rule(name: "2", match: .json(pointer: "/*/*/*", length(.gt, 5)), label: "general"),
        Rule(name: "3", match: .json(pointer: "/a", .text([.glob("y")])), label: "general"),
    ])
    for body in bodies {
        for complete in [true, false] {
            var sample = SampleRequest.json(body)
            sample.bodyComplete = complete
            #expect(cascade.classify(sample).source == .fallback, "\(body.prefix(30))")
        }
    }
    // Mutations of a good document: whatever they say, they return.
    var random: UInt64 = 7
    for _ in 0..<2000 {
        var sample = SampleRequest.json(document)
        for _ in 0..<3 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            sample.body[Int((random >> 33) % UInt64(sample.body.count))] = UInt8(random >> 56)
        }
        sample.bodyComplete = random & 1 == 0
        _ = cascade.classify(sample)
    }
}
