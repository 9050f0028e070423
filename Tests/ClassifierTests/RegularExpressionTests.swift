import Testing
import Vocabulary

@testable import Classifier

private func matches(_ expression: String, _ text: String, ignoreCase: Bool = false) throws -> Bool
{
    let automaton = try AutomatonBuilder.build(
        RegularExpression.parse(expression, ignoreCase: ignoreCase))
    defer { automaton.deallocate() }
    return Array(text.utf8).withUnsafeBytes { automaton.matches($0) }
}

private let expectations: [(String, [String], [String])] = [
    ("", ["", "a"], []),
    ("abc", ["abc", "xxabcxx", "ababc"], ["", "ab", "acb", "ABC"]),
    ("a.c", ["abc", "a c", "a\u{0}c"], ["ac", "a\nc"]),
    ("(?s)a.c", ["a\nc"], ["ac"]),
    ("^abc", ["abc", "abcd"], ["xabc", ""]),
    ("abc$", ["abc", "xabc"], ["abcx", "abc\n"]),
    ("^$", [""], ["a"]),
    ("^a|b$", ["ax", "xb"], ["xa", "bx"]),
    ("a|", ["", "zzz"], []),
    ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
    ("[^a-c]x", ["dx", "\u{e9}x"], ["ax", "x"]),
    ("[]a]", ["]", "a"], ["b"]),
    ("[^]a]", ["b"], ["]", "a"]),
    ("[a-]", ["-", "a"], ["b"]),
    ("[\\d-]", ["-", "7"], ["a"]),
    ("[.*+]", [".", "*", "+"], ["a"]),
    ("\\d+\\.\\d+", ["1.2", "x10.25"], ["1.", "12"]),
    ("\\w\\W\\s\\S\\D", ["a- bc"], ["a-bbc"]),
    ("\\x41\\t\\n", ["A\t\n"], ["A\t "]),
    ("\\/\\[\\$", ["/[$"], ["/["]),
    ("ab*c", ["ac", "abbbc"], ["adc"]),
    ("ab+c", ["abc", "abbc"], ["ac"]),
    ("ab?c", ["ac", "abc"], ["abbc"]),
    ("^(ab){2}$", ["abab"], ["ab", "ababab"]),
    ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
    ("^a{2,4}$", ["aa", "aaaa"], ["a", "aaaaa"]),
    ("^a{0,0}b$", ["b"], ["ab"]),
    ("^a{0}$", [""], ["a"]),
    ("^(a*)*b$", ["b", "aaab"], ["aaac"]),
    ("^(a|ab)(c|bcd)(d*)$", ["abcd", "acddd"], ["abd"]),
    ("(?:GET|PUT) /x", ["GET /x", "PUT /x/y"], ["get /x"]),
    ("(?i)get", ["GET", "get", "gEt"], ["gat"]),
    ("a(?i:b)c", ["abc", "aBc"], ["aBC", "Abc"]),
    ("(a(?i)b)c", ["aBc"], ["aBC"]),
    ("(?i)[a-c]\\x44", ["Bd"], ["Ed"]),
    ("^é+$", ["é", "ééé"], ["e", ""]),
    ("^日本{2}$", ["日本本"], ["日本", "日本日本"]),
    ("(^a|b)c", ["ac", "xbc"], ["xac"]),
    ("a$|b", ["a", "bx"], ["ax"]),
    ("x(^a)", [], ["xa", "a"]),
    ("(a$)x", [], ["ax"]),
]

@Test(arguments: expectations.indices)
func matchesAsExpected(index: Int) throws {
    let (expression, yes, no) = expectations[index]
    for text in yes { #expect(try matches(expression, text), "\(expression) on \(text)") }
    for text in no { #expect(try !matches(expression, text), "\(expression) on \(text)") }
}

@Test(arguments: [
    ("a**", 2), ("*a", 0), ("(ab", 0), ("ab)", 2), ("[ab", 0), ("a{2", 1), ("a{,3}", 1),
    ("a{3,2}", 1), ("a{2000}", 2), ("\\1", 0), ("(a)\\1", 3), ("\\bword", 0), ("a*?", 2),
    ("a++", 2), ("(?=a)", 0), ("(?!a)", 0), ("(?<=a)b", 0), ("(?P<n>a)", 2), ("(?<n>a)", 0),
    ("\\q", 0), ("ab\\", 2), ("\\xZ1", 0), ("[b-a]", 1), ("[\\d-z]", 1), ("[é]", 1),
    ("[[:alpha:]]", 1), ("^*", 1), ("(?x)a", 2), ("a|*", 2),
])
func refusesWithThePosition(expression: String, position: Int) {
    do throws(PatternProblem) {
        _ = try RegularExpression.parse(expression, ignoreCase: false)
        Issue.record("\(expression) was taken")
    } catch {
        #expect(error.position == position, "\(expression): \(error.description)")
        #expect(!error.message.isEmpty)
    }
}

@Test func refusesWhatWouldGrowWithoutBound() throws {
    for expression in [
        "(a|b)*a(a|b){20}", "((a{100}){100}){100}", "(((a{1,50}){1,50}){1,50}){1,50}",
    ] {
        let syntax = try RegularExpression.parse(expression, ignoreCase: false)
        #expect(throws: PatternProblem.self) { try AutomatonBuilder.build(syntax) }
    }
    let nested = String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000)
    #expect(throws: PatternProblem.self) {
        try RegularExpression.parse(nested, ignoreCase: false)
    }
}

/// What makes backtracking engines hang takes one step a byte here.
@Test(arguments: [
    "^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", "^(.*)*x$", "a?a?a?a?a?a?a?aaaaaaa",
])
func pathologicalPatternsTakeLinearTime(expression: String) throws {
    let automaton = try AutomatonBuilder.build(
        RegularExpression.parse(expression, ignoreCase: false))
    defer { automaton.deallocate() }
    var text = [UInt8](repeating: UInt8(ascii: "a"), count: 200_000)
    text[199_999] = UInt8(ascii: "!")
    // An exponential matcher would not come back at all.
    #expect(text.withUnsafeBytes { automaton.matches($0) } == (expression.first == "a"))
}

// MARK: - Against a reference that backtracks

private indirect enum Reference {
    case byte(UInt8)
    case any
    case pair(Reference, Reference)
    case either(Reference, Reference)
    case many(Reference)
    case optional(Reference)

    var text: String {
        switch self {
        case .byte(let byte): String(UnicodeScalar(byte))
        case .any: "."
        case .pair(let first, let second): first.text + second.text
        case .either(let first, let second): "(\(first.text)|\(second.text))"
        case .many(let inner): "(\(inner.text))*"
        case .optional(let inner): "(?:\(inner.text))?"
        }
    }

    func match(_ text: [UInt8], _ place: Int, _ then: (Int) -> Bool) -> Bool {
        switch self {
        case .byte(let byte): return place < text.count && text[place] == byte && then(place + 1)
        case .any: return place < text.count && then(place + 1)
        case .pair(let first, let second):
            return first.match(text, place) { second.match(text, $0, then) }
        case .either(let first, let second):
            return first.match(text, place, then) || second.match(text, place, then)
        case .many(let inner):
            return then(place)
                || inner.match(text, place) { $0 > place && match(text, $0, then) }
        case .optional(let inner): return inner.match(text, place, then) || then(place)
        }
    }
}

private struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(sides))
    }

    mutating func expression(_ depth: Int) -> Reference {
        switch depth == 0 ? roll(4) : roll(10) {
        case 0...2: .byte(UInt8(ascii: "a") + UInt8(roll(3)))
        case 3: .any
        case 4...6: .pair(expression(depth - 1), expression(depth - 1))
        case 7: .either(expression(depth - 1), expression(depth - 1))
        case 8: .many(expression(depth - 1))
        default: .optional(expression(depth - 1))
        }
    }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func agreesWithABacktrackingReference(seed: UInt64) throws {
    var dice = Dice(state: seed)
    for _ in 0..<15 {
        let reference = dice.expression(4)
        let (anchoredStart, anchoredEnd) = (dice.roll(2) == 0, dice.roll(2) == 0)
        let source = (anchoredStart ? "^" : "") + "(?:\(reference.text))" + (anchoredEnd ? "$" : "")
        let automaton = try AutomatonBuilder.build(
            RegularExpression.parse(source, ignoreCase: false))
        defer { automaton.deallocate() }
        for _ in 0..<30 {
            let text = (0..<dice.roll(9)).map { _ in UInt8(ascii: "a") + UInt8(dice.roll(3)) }
            let expected = (anchoredStart ? 0...0 : 0...text.count).contains { start in
                reference.match(text, start) { !anchoredEnd || $0 == text.count }
            }
            let found = text.withUnsafeBytes { automaton.matches($0) }
            #expect(found == expected, "\(source) on \(String(decoding: text, as: UTF8.self))")
        }
    }
}
