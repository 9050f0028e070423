import Testing
import Vocabulary

@testable import Classifier

private func matches(_ glob: String, _ text: [UInt8], atEnd: Bool = true) throws -> Bool {
    let automaton = try AutomatonBuilder.build(.glob(glob, ignoreCase: false))
    defer { automaton.deallocate() }
    return text.withUnsafeBytes { automaton.matches($0, atEnd: atEnd) }
}

@Test(arguments: [
    ("/health*", ["/health", "/healthz", "/health/live"], ["/heal", "x/health"]),
    ("*.css", ["a.css", ".css"], ["a.cssx", "css"]),
    ("/a/*/c", ["/a/b/c", "/a//c", "/a/b/d/c"], ["/a/c", "/a/b/cx"]),
    ("a?c", ["abc", "aéc", "a日c", "a😀c"], ["ac", "abbc"]),
    ("*", ["", "anything"], []),
    ("**", ["", "x"], []),
    ("", [""], ["x"]),
    ("[a]", ["[a]"], ["a"]),
    ("*b*", ["b", "abc"], ["ac", ""]),
    ("a.c", ["a.c"], ["abc"]),
])
func globsMatch(glob: String, yes: [String], no: [String]) throws {
    for text in yes { #expect(try matches(glob, Array(text.utf8)), "\(glob) on \(text)") }
    for text in no { #expect(try !matches(glob, Array(text.utf8)), "\(glob) on \(text)") }
}

@Test func globsTakeAnyBytes() throws {
    #expect(try matches("a*", [0x61, 0x00, 0xFF, 0x0A]))
    #expect(try matches("?", [0xFF]))
    #expect(try !matches("?", [0xC3, 0x28]))
}

@Test func anOpenEndIsDecidedEarly() throws {
    #expect(try matches("ab*", Array("abc".utf8), atEnd: false))
    #expect(try !matches("ab", Array("ab".utf8), atEnd: false))
}
