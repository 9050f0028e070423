/// What the extractor promises whatever it is given: features, the same ones for the same bytes, in bounded
/// memory and linear time.

import Testing
import Vocabulary

@testable import Classifier

private func makeExtractor() -> FeatureExtractor { FeatureExtractor(bodyCount: 16 * 1024) }

private func features(_ sample: SampleRequest, _ extractor: FeatureExtractor) -> [UInt32] {
    sample.withView { extractor.extract($0, bodyComplete: sample.bodyComplete) }
    return Array(UnsafeBufferPointer(start: extractor.set.hashes, count: extractor.set.count))
}

private func names(_ sample: SampleRequest) -> Set<String> {
    let extractor = makeExtractor()
    let names = FeatureNames(concepts: [])
    extractor.set.names = names
    return Set(features(sample, extractor).compactMap(names.text(of:)))
}

private let types = [
    "", "application/json", "application/x-www-form-urlencoded", "text/xml", "application/graphql", "application/sql",
    "multipart/form-data; boundary=x", "text/plain", "application/octet-stream", "application/x-ndjson",
]

/// Bodies of every kind the scanners know.
private let bodies = [
    #"{"query":"{ user(id: 7) { name posts(first: 20) { title } } }","variables":{"n":[1,2,{"a":null}]}}"#,
    #"{"model":"m","messages":[{"role":"user","content":"Prove that \u221a2 is irrational.\n\n```x = 1```"}],"max_tokens":4000}"#,
    #"{"sql":"SELECT region, SUM(net) FROM sales s JOIN shops USING (id) WHERE day > '2021-01-01' GROUP BY region LIMIT 50"}"#,
    #"[{"jsonrpc":"2.0","method":"eth_getBalance","params":["0x0","latest"],"id":1},{"jsonrpc":"2.0","method":"x"}]"#,
    "a=1&b=two+words&ids=1,2,3&from=2020-01-01&to=2024-01-01&empty=&flag=true&q=%E4%BD%A0%E5%A5%BD",
    "<soap:Envelope><soap:Body><GetOrders from=\"2024-01-01\"><Id>7</Id><Id>8</Id></GetOrders></soap:Body></soap:Envelope>",
    "query Deep { shops(first: 100) { orders(first: 250) { lines(first: 50) { sku } } } }",
    "SELECT * FROM t", "2024-05-01T10:00:00Z ERROR db timeout after 30s id=42\n2024-05-01T10:00:01Z INFO ok\n",
    "{\"index\":{}}\n{\"a\":1}\n{\"index\":{}}\n{\"a\":2}\n", "\u{feff}наприклад текст 日本語のテキスト 🎉 عربى",
]

@Suite struct FeatureTests {
    @Test(arguments: types) func everyCutOfEveryBodyGivesFeatures(_ type: String) {
        let extractor = makeExtractor()
        for body in bodies {
            let bytes = Array(body.utf8)
            for end in 0...bytes.count {
                var sample = SampleRequest("POST", "/v1/things?limit=5", type: type)
                sample.body = Array(bytes[..<end])
                sample.bodyLength = .some(.some(UInt64(bytes.count)))
                sample.bodyComplete = end == bytes.count
                #expect(!features(sample, extractor).isEmpty)
            }
        }
    }

    /// Seeded, so that a failure comes again.
    @Test(arguments: types) func anyBytesGiveFeatures(_ type: String) {
        var random = Random(state: 7)
        let extractor = makeExtractor()
        for round in 0..<300 {
            var sample = SampleRequest("POST", "/a", type: type)
            let source = Array(bodies[round % bodies.count].utf8)
            sample.body = source.map { random.next() % 7 == 0 ? UInt8(truncatingIfNeeded: random.next()) : $0 }
            #expect(features(sample, extractor).count <= FeatureSet.capacity)
        }
    }

    @Test func whatCameBeforeDoesNotMatter() {
        let used = makeExtractor()
        for body in bodies {
            for type in types {
                let sample = SampleRequest("POST", "/v1/things/7?limit=5", type: type, body: body)
                let fresh = features(sample, makeExtractor())
                #expect(features(sample, used) == fresh)
            }
        }
    }

    @Test func nothingGrowsWithTheInput() {
        let extractor = makeExtractor()
        let hostile = [
            String(repeating: "[", count: 16_000), String(repeating: "{\"a\":", count: 3200),
            String(repeating: "<a>", count: 5000), String(repeating: "a=b&", count: 4000),
            String(repeating: "\\", count: 16_000), "\"" + String(repeating: "\\u0", count: 5000),
            (0..<3000).map { "w\($0)x" }.joined(separator: " "), "{" + String(repeating: "(", count: 9000),
            (0..<1500).map { "\"k\($0)z\":\($0)" }.joined(separator: ","),
        ]
        for body in hostile {
            for type in types {
                #expect(features(SampleRequest("POST", "/", type: type, body: body), extractor).count <= FeatureSet.capacity)
            }
        }
    }

    @Test func idsAndSpellingDoNotMatter() {
        let extractor = makeExtractor()
        let one = features(.json(#"{"page_size":50,"user":"4711-aa"}"#, to: "/orders/123456/items"), extractor)
        let two = features(.json(#"{"pageSize":50,"user":"9822-bb"}"#, to: "/orders/987654/items"), extractor)
        #expect(Set(one) == Set(two))
    }

    @Test func sizesMatter() {
        let few = names(.json(#"{"input":["a","b"]}"#, to: "/v1/embeddings"))
        let many = names(.json("{\"input\":[\((0..<400).map { "\"text \($0)\"" }.joined(separator: ","))]}", to: "/v1/embeddings"))
        #expect(few.contains("longestArray 2…5"))
        #expect(many.contains("longestArray 201…500"))
        #expect(names(SampleRequest("GET", "/a?from=2012-01-01&to=2024-01-01")).contains("dateSpan 8 + 0"))
        #expect(names(SampleRequest("GET", "/a?per_page=5000")).contains { $0.hasPrefix("limit 1001…5000") })
    }

    @Test func aCutBodyCountsForItsWholeLength() {
        var sample = SampleRequest.json("{\"ids\":[" + String(repeating: "12345,", count: 100))
        sample.bodyComplete = false
        sample.bodyLength = .some(.some(608 * 50))
        #expect(names(sample).contains("longestArray 1001…5000"))
    }

    @Test func statementsAndDocumentsAreRead() {
        let sql = names(.json(#"{"sql":"SELECT a, SUM(b) FROM t JOIN u ON t.i = u.i GROUP BY a"}"#))
        #expect(sql.isSuperset(of: ["clause 0 + 1", "clause 1 + 1", "clause 3 + 1", "selectLimit 31"]))
        let graph = names(.json(#"{"query":"{ shops(first: 100) { orders(first: 100) { id } } }"}"#))
        #expect(graph.contains("operation shops"))
        #expect(graph.contains("listArguments 2"))
        #expect(names(SampleRequest("POST", "/", type: "text/xml", body: "<e:Envelope><e:Body><GetOrder/></e:Body></e:Envelope>")).contains("operation order"))
        #expect(names(.json(#"{"jsonrpc":"2.0","method":"eth_getLogs","params":[]}"#)).contains("operation logs"))
    }

    @Test func theLastPromptIsRead() {
        let chat = names(.json(#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Write 900 words on tides"}]}"#))
        #expect(chat.contains("text tides"))
        #expect(!chat.contains("text brief"))
        #expect(chat.contains("textNumber words + 501…1000"))
    }
}

@Suite struct WordTests {
    private func words(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { raw in
            var reader = WordReader(raw)
            var found: [String] = []
            while let word = reader.next() { found.append(String(decoding: raw[word.range], as: UTF8.self)) }
            return found
        }
    }

    @Test(arguments: [
        ("getUserById", ["get", "User", "By", "Id"]), ("HTTPServer2go", ["HTTP", "Server", "2", "go"]),
        ("page_size-max.x", ["page", "size", "max", "x"]), ("größe Übung", ["größe", "Übung"]), ("日本語", ["日", "本", "語"]),
        ("", []), ("__", []), ("a", ["a"]),
    ]) func split(_ text: String, _ expected: [String]) { #expect(words(text) == expected) }

    @Test func pluralsAndCaseAreOne() {
        func hash(_ text: String) -> UInt64? { Array(text.utf8).withUnsafeBytes { FeatureExtractor.wordHash($0) } }
        #expect(hash("Orders") == hash("order"))
        #expect(hash("STATUS") == hash("status"))
        #expect(hash("status") != hash("statu"))
        #expect(hash("Übung") == hash("übung"))
        #expect(hash("two words") == nil)
    }
}

@Suite struct MagnitudeTests {
    @Test(arguments: [(-1.0, 16), (0, 0), (1, 1), (5, 2), (6, 3), (100, 6), (101, 7), (5000, 10), (1e12, 15)])
    func sizes(_ value: Double, _ expected: UInt64) { #expect(Magnitude.of(value) == expected) }

    private func moment(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { TimeText.moment($0) } }

    @Test func moments() {
        #expect(moment("2024-05-01") == moment("20240501"))
        #expect(moment("1718000000") == 1_718_000_000)
        #expect(moment("1718000000000") == 1_718_000_000)
        #expect(moment("2024-05-01T10:30:00Z").map { $0 - (moment("2024-05-01") ?? 0) } == 37_800)
        for none in ["", "2024", "2024-13-01", "99999999", "12345", "2024-05-x1", "hello world"] { #expect(moment(none) == nil) }
    }

    @Test(arguments: [("90d", 7_776_000), ("now-30d", 2_592_000), ("5m", 300), ("P1Y", 31_536_000), ("1h", 3600)])
    func durations(_ text: String, _ seconds: Int64) {
        #expect(Array(text.utf8).withUnsafeBytes { TimeText.duration($0) } == seconds)
    }

    @Test(arguments: ["", "d", "12", "5x", "99999999d", "now"])
    func noDurations(_ text: String) { #expect(Array(text.utf8).withUnsafeBytes { TimeText.duration($0) } == nil) }
}

/// SplitMix64.
struct Random {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
