/// Strings of hostile bytes as JSON.

import Testing
import Vocabulary

@testable import HTTPService

@Test(arguments: [
    ("plain", #""plain""#), ("", #""""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
    ("\u{1}\u{7F}", #""\u0001\u007f""#), ("</script>", #""\u003c/script>""#), ("é\"€", "\"é\\\"€\""),
])
func jsonStringEscapes(text: String, expected: String) {
    var json: [UInt8] = []
    JSONText.append(text, to: &json)
    #expect(String(decoding: json, as: UTF8.self) == expected)
}

@Test func jsonStringRepairsWhatIsNotUTF8() {
    var json: [UInt8] = []
    let bytes: [UInt8] = [0x61, 0xFF, 0x22]
    bytes.withUnsafeBytes { JSONText.append($0, to: &json) }
    #expect(String(decoding: json, as: UTF8.self) == "\"a\u{FFFD}\\\"\"")
}
