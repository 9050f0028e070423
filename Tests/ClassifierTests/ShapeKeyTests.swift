/// Which requests are siblings, and which are not.

import Testing
import Vocabulary

@testable import Classifier

private func key(
    _ target: String, _ body: String = "", method: String = "POST", type: String = "application/json",
    complete: Bool = true, length: UInt64? = nil
) -> CacheKey {
    var request = SampleRequest(method, target, type: type, body: body)
    request.bodyComplete = complete
    if let length { request.bodyLength = length }
    return request.withView { ShapeKey.key(of: $0, bodyComplete: complete, seed: (1, 2)) }
}

@Test(arguments: [
    ("/v1/items/7", "/v1/items/8"),
    ("/u/123e4567-e89b-12d3-a456-426614174000/x", "/u/00000000-e89b-12d3-a456-426614174fff/x"),
    ("/c/cus_9s6XKzkNRiz8i3", "/c/cus_Ab7Qzz19Lmx4k2"), ("/d/2024-01-15", "/d/2025-12-01"),
    ("/a?page=3&limit=20", "/a?page=7&limit=50"),
])
func targetsOfOneShape(one: String, other: String) {
    #expect(key(one) == key(other))
}

@Test(arguments: [
    ("/v1/items/7", "/v1/users/7"), ("/a?limit=20", "/a?limit=20000"), ("/a?x=1", "/a?y=1"),
    ("/a?q=sum+all+orders", "/a?q=hello+my+friend"), ("/a/b", "/a/b/"), ("/v1/x", "/v2/x"),
    ("/d/2024-01-15", "/d/7"),
])
func targetsOfDifferentShape(one: String, other: String) {
    #expect(key(one) != key(other))
}

@Test(arguments: [
    (#"{"id":71,"ok":true}"#, #"{ "id" : 82, "ok":true }"#),
    (#"{"ids":[1,2,3]}"#, #"{"ids":[4,5]}"#),
    (#"{"at":"2024-01-15","u":"9f86d081884c7d659a2f"}"#, #"{"at":"2023-05-05","u":"0aa6d081884c7d659aef"}"#),
    (#"{"n":-1.5}"#, #"{"n":-2.75}"#),
])
func bodiesOfOneShape(one: String, other: String) {
    #expect(key("/a", one) == key("/a", other))
}

@Test(arguments: [
    (#"{"prompt":"prove the theorem"}"#, #"{"prompt":"say hello please"}"#),
    (#"{"prompt":"hi"}"#, #"{"prompt":"Hello"}"#), (#"{"prompt":"要約"}"#, #"{"prompt":"証明"}"#),
    (#"{"max_tokens":20}"#, #"{"max_tokens":2000}"#), (#"{"a":1}"#, #"{"b":1}"#),
    (#"{"stream":true}"#, #"{"stream":false}"#), (#"{"a":1}"#, #"[1]"#), (#"{"a":{"b":1}}"#, #"{"a":[1]}"#),
    (#"{"a":"b"}"#, #"{"a":"b"#), ("", "{}"), (#"{"a":"1"}"#, #"{"a":null}"#),
])
func bodiesOfDifferentShape(one: String, other: String) {
    #expect(key("/a", one) != key("/a", other))
}

@Test func aLongListIsOfAnotherShapeThanAShortOne() {
    let short = "[" + (0..<3).map { "\($0)" }.joined(separator: ",") + "]"
    let long = "[" + (0..<400).map { "\($0 % 10)" }.joined(separator: ",") + "]"
    #expect(key("/a", short) != key("/a", long))
}

@Test func methodAndContentTypeArePartOfTheShape() {
    #expect(key("/a", method: "GET") != key("/a", method: "DELETE"))
    #expect(key("/a", type: "text/plain") != key("/a", type: "application/json"))
    #expect(key("/a", type: "Application/JSON; charset=utf-8") == key("/a"))
}

@Test func formsAndTextHaveShapes() {
    let form = "application/x-www-form-urlencoded"
    #expect(key("/a", "id=12&name=x", type: form) == key("/a", "id=34&name=x", type: form))
    #expect(key("/a", "id=12&name=x", type: form) != key("/a", "id=12&nick=x", type: form))
    let text = "text/plain"
    #expect(key("/a", "SELECT * FROM t WHERE id = 7", type: text)
        == key("/a", "SELECT *\n FROM t WHERE id = 9", type: text))
    #expect(key("/a", "SELECT a FROM t", type: text) != key("/a", "SELECT b FROM t", type: text))
}

@Test func whatWasNotLookedAtCountsBySize() {
    #expect(key("/a", "{", complete: false, length: 100_000) == key("/a", "{", complete: false, length: 120_000))
    #expect(key("/a", "{", complete: false, length: 100_000) != key("/a", "{", complete: false, length: 9_000_000))
}

@Test func anyBytesHaveAShape() {
    var generator = SplitMix(state: 3)
    let alphabet = Array("{}[]\":,\\ 07aé-\u{0}".utf8)
    for _ in 0..<5000 {
        let body = (0..<(generator.next() % 60)).map { _ in
            alphabet[Int(generator.next() % UInt64(alphabet.count))]
        }
        var request = SampleRequest("POST")
        request.body = body
        let sample = request
        let keys = (0..<2).map { _ in
            sample.withView { ShapeKey.key(of: $0, bodyComplete: true, seed: (1, 2)) }
        }
        #expect(keys[0] == keys[1])
    }
}
