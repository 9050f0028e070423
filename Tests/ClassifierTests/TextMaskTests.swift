/// Masking: what goes, what stays, and any bytes.

import Testing
import Vocabulary

@testable import Classifier

private func masked(_ text: [UInt8], isComplete: Bool = true, room: Int = 4096) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: room)
    let count = output.withUnsafeMutableBytes { output in
        text.withUnsafeBytes { TextMask.mask($0, isComplete: isComplete, into: output) }
    }
    return Array(output[..<count])
}

private func masked(_ text: String, isComplete: Bool = true, room: Int = 4096) -> String {
    String(decoding: masked(Array(text.utf8), isComplete: isComplete, room: room), as: UTF8.self)
}

@Test(arguments: [
    ("write to ann.b+c@mail.example.com.", "write to [email]."),
    ("q=ann%40example.com&x=1", "q=[email]&x=1"),
    ("a,jürgen@bücher.example;", "a,[email];"),
    ("Authorization: Bearer abc.DEF-123", "Authorization: [secret]"),
    ("use Bearer abcDEF-123 here", "use Bearer [token] here"),
    ("Basic dXNlcjpwYXNz==", "Basic [token]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_x", "[key]"),
    ("k sk-proj-abcdefghijklmnop end", "k [key] end"),
    ("AKIAIOSFODNN7EXAMPLE", "[key]"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[key]"),
    ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "[key]"),
    ("9f86d081884c7d659a2feaa0c55ad015", "[key]"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "[pem]\nafter"),
    ("-----BEGIN CERT-----\ncut off", "[pem]"),
    (#"{"user":"ann","password":"hun\"ter2","n":1}"#, #"{"user":"ann","password":"[secret]","n":1}"#),
    (#"{"newPassword" : "x", "api_key":'k'}"#, #"{"newPassword" : "[secret]", "api_key":'[secret]'}"#),
    (#""{\"password\":\"abc\",\"a\":1}""#, #""{\"password\":\"[secret]\",\"a\":1}""#),
    (#"{"pin":1234,"otp":null}"#, #"{"pin":[secret],"otp":[secret]}"#),
    (#"{"token":{"a":["b"]},"x":2}"#, #"{"token":[secret],"x":2}"#),
    ("user=ann&password=hunter2&next=1", "user=ann&password=[secret]&next=1"),
    ("x-api-key: abc\r\nnext: 1", "x-api-key: [secret]\r\nnext: 1"),
    ("<Password>abc</Password>", "<Password>[secret]</Password>"),
    ("Cookie: a=b; c=d\nHost: x", "Cookie: [secret]\nHost: x"),
    ("4111 1111 1111 1111!", "[card]!"), ("4111111111111111", "[card]"),
    ("+49 (0)30 1234567", "[phone]"), ("(030) 555-123-4567.", "([phone]."),
    ("id 123456, 12345", "id [number], 12345"), ("user1234567x", "user[number]x"),
    ("0.123456789", "0.[number]"),
    ("/a/123e4567-e89b-12d3-a456-426614174000/b", "/a/[id]/b"),
    ("from 10.0.0.1:80 and 2001:db8::1.", "from [ip]:80 and [ip]."),
    ("fe80::1%eth0 00:1a:2b:3c:4d:5e", "[ip]%eth0 [ip]"),
])
func maskingTakesOut(text: String, expected: String) {
    #expect(masked(text) == expected)
}

@Test(arguments: [
    "POST /v1/chat/completions", "application/vnd.github.v3+json", "max_tokens: 100, tokens=7",
    "SELECT region, SUM(total) FROM orders GROUP BY region LIMIT 100",
    "Write a proof of Fermat's little theorem in 2000 words.", "2024-01-15T10:30:00Z",
    "getUserAccountBalanceHistory", "release-2024-notes-v2-final", "Was kostet ein Fahrrad für Kinder?",
    "以下の文章を要約してください", "basic understanding of certificates", "v1/users/42/orders/2024/items3",
    "[1, 2, 3.5, -4]", "12:30:45", #"{"secretary":"Ann","passenger":2}"#, "gpt-4o-mini", "",
])
func maskingLeaves(text: String) {
    #expect(masked(text) == text)
}

@Test func maskingLeavesOutAWordThatIsCutOff() {
    #expect(masked("go to sk-abc", isComplete: false) == "go to ")
    #expect(masked("go to sk-abc ", isComplete: false) == "go to sk-abc ")
    #expect(masked("card 4111", isComplete: false) == "card ")
}

@Test func maskingNeverWritesPartOfAName() {
    for room in 0..<8 { #expect("a [email]".hasPrefix(masked("a x@y.z", room: room))) }
    #expect(masked("a x@y.z", room: 8) == "a ")
    #expect(masked("a x@y.z", room: 9) == "a [email]")
}

/// Pieces that together make every kind of secret, halves of them, and nonsense.
private let pieces: [String] = [
    "a", "Z", "7", "123456", "4111111111111111", " ", "-", "--", "-----BEGIN", "-----END", ".", ":", "::",
    "@", "%40", "=", "\"", "\\", "'", "[", "]", "{", "}", "<", ">", "&", ",", "\n", "password", "token",
    "[secret]", "[number]", "[k", "bearer ", "Basic ", "eyJ", "sk-", "deadBEEF01", "+49", "(", ")", "/",
    "authorization", "é", "2024-01-15", "10.0.0.1", "123e4567-e89b-12d3-a456-426614174000",
]

@Test func maskingTwiceIsMaskingOnce() {
    var generator = SplitMix(state: 7)
    for _ in 0..<20_000 {
        var text: [UInt8] = []
        for _ in 0..<(generator.next() % 14) {
            text += pieces[Int(generator.next() % UInt64(pieces.count))].utf8
        }
        let once = masked(text)
        let twice = masked(once)
        if once != twice {
            Issue.record("\(String(decoding: text, as: UTF8.self)) is \(String(decoding: once, as: UTF8.self))")
            return
        }
    }
}

@Test func anyBytesAreMaskedWithinTheirRoom() {
    var generator = SplitMix(state: 11)
    for round in 0..<2000 {
        let text = (0..<(generator.next() % 200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let room = round % 64
        #expect(masked(text, isComplete: round % 2 == 0, room: room).count <= room)
    }
}

/// Repetitions that would be quadratic if anything were looked through again and again.
@Test(arguments: ["a.", "a:", "0 ", "-----BEGIN", "\"password\":\"\\", "a000000", "a/", "[", "{\"token\":["])
func maskingIsLinear(piece: String) {
    let short = Array(String(repeating: piece, count: 2000).utf8)
    let long = Array(String(repeating: piece, count: 32000).utf8)
    let clock = ContinuousClock()
    let first = clock.measure { _ = masked(short, room: 1 << 20) }
    let second = clock.measure { _ = masked(long, room: 1 << 20) }
    // Sixteen times the text; a quadratic pass would take 256 times as long.
    #expect(second < first * 100 + .milliseconds(20))
}

struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
