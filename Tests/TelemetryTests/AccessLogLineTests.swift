import Foundation
import Testing
import Vocabulary

@testable import Telemetry

@Suite struct AccessLogLineTests {
    private let views: [WritableKeyPath<AccessLogRecord, Bytes>] = [
        \.client, \.requestID, \.method, \.host, \.target, \.version, \.label, \.pool, \.endpoint,
        \.userAgent, \.referer,
    ]

    private func object(_ line: [UInt8]) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(line))
        return try #require(json as? [String: Any])
    }

    @Test func aWholeLine() {
        let line = TelemetryTests.line(
            .json,
            [
                \.client: Array("192.0.2.1".utf8), \.requestID: Array("r1".utf8),
                \.method: Array("POST".utf8), \.host: Array("h".utf8), \.target: Array("/a?b=\"c\"".utf8),
                \.version: Array("HTTP/1.1".utf8), \.label: Array("fast".utf8),
                \.pool: Array("p".utf8), \.endpoint: Array("http://1".utf8),
                \.userAgent: Array("curl".utf8),
            ]
        ) { record in
            record.time = 784_111_777_042_000_000
            record.status = 200
            record.requestBytes = 12
            record.responseBytes = .max
            record.duration = Interval(nanoseconds: 1_234_567)
            record.source = .rule
            record.confidence = 0.93
            record.upstreamStatus = 200
            record.connectTime = Interval(nanoseconds: 50_999)
            record.isUpstreamReused = true
        }
        let expected =
            #"{"time":"1994-11-06T08:49:37.042Z","client":"192.0.2.1","request_id":"r1","#
            + #""method":"POST","host":"h","target":"/a?b=\"c\"","protocol":"HTTP/1.1","status":200,"#
            + #""request_bytes":12,"response_bytes":18446744073709551615,"duration":0.001234,"#
            + #""label":"fast","confidence":0.93,"source":"rule","pool":"p","upstream":"http://1","#
            + #""upstream_status":200,"upstream_connect_time":0.00005,"upstream_response_time":null,"#
            + #""upstream_reused":true,"user_agent":"curl","referer":null,"termination":"complete"}"#
        #expect(text(line) == expected + "\n")
    }

    @Test func anEmptyRecordHasEveryFieldInOrder() throws {
        let line = TelemetryTests.line(.json, [:])
        #expect(Set(try object(line).keys) == Set(AccessLogFields.names))
        var rest = Substring(text(line))
        for name in AccessLogFields.names {
            let range = try #require(rest.range(of: "\"\(name)\":"))
            rest = rest[range.upperBound...]
        }
    }

    @Test(arguments: 0..<200) func hostileBytesMakeValidLines(seed: UInt64) throws {
        var random = SeededBytes(seed: seed)
        var fields: [WritableKeyPath<AccessLogRecord, Bytes>: [UInt8]] = [:]
        for view in views { fields[view] = random.bytes(count: Int(random.next() % 9000)) }
        let json = line(.json, fields) { $0.source = .llm; $0.confidence = .nan }
        #expect(json.count <= AccessLogLimits.line)
        #expect(Set(try object(json).keys) == Set(AccessLogFields.names))
        #expect(json.firstIndex(of: 0x0a) == json.count - 1)
        let combined = line(.combined, fields)
        #expect(combined.count <= AccessLogLimits.line)
        #expect(combined.dropLast().allSatisfy { $0 >= 0x20 && $0 < 0x7f })
        #expect(combined.count { $0 == UInt8(ascii: "\"") } == 6)
    }

    @Test func theWorstLineFits() throws {
        for byte: UInt8 in [0x00, 0x41, 0xff, 0x22] {
            let worst = [UInt8](repeating: byte, count: 20_000)
            let fields = Dictionary(uniqueKeysWithValues: views.map { ($0, worst) })
            let line = TelemetryTests.line(.json, fields) {
                $0.requestBytes = .max
                $0.responseBytes = .max
                $0.duration = Interval(nanoseconds: .max)
                $0.connectTime = Interval(nanoseconds: .max)
                $0.responseTime = Interval(nanoseconds: .max)
                $0.source = .fallback
                $0.time = .max
                $0.status = .max
                $0.upstreamStatus = .max
            }
            #expect(line.count <= AccessLogLimits.line)
            #expect(try object(line).count == AccessLogFields.names.count)
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\"b\\c", #"a\"b\\c"#), ("\u{0}\n\u{1f}\u{7f}", #"\u0000\u000a\u001f\u007f"#),
        ("caf\u{e9} \u{20ac} \u{1f600}", "caf\u{e9} \u{20ac} \u{1f600}"),
    ]) func jsonEscapes(raw: String, escaped: String) {
        let bytes = Array(raw.utf8)
        #expect(text(escape(bytes, json: true)) == escaped)
    }

    /// Truncated, overlong, surrogate, above U+10FFFF, stray continuation.
    @Test(arguments: [
        ([0xc3], 1), ([0xc0, 0xaf], 2), ([0xe0, 0x80, 0xaf], 3), ([0xed, 0xa0, 0x80], 3),
        ([0xf4, 0x90, 0x80, 0x80], 4), ([0xf0, 0x80, 0x80, 0x80], 4), ([0x80], 1),
        ([0xf0, 0x9f, 0x98], 3), ([0xff], 1), ([0xe2, 0x82], 2),
    ] as [([UInt8], Int)]) func notUTF8(bytes: [UInt8], marks: Int) {
        let expected = "a" + String(repeating: "\\ufffd", count: marks) + "z"
        #expect(text(escape([0x61] + bytes + [0x7a], json: true)) == expected)
    }

    @Test func everyPairOfBytesAgreesWithTheStandardLibrary() {
        for high in UInt8(0x80)...0xff {
            for low in UInt8.min...0xff where low >= 0x80 || low == 0x41 {
                let isText = String(validating: [high, low], as: UTF8.self) != nil
                let escaped = escape([high, low], json: true)
                #expect((escaped == [high, low]) == isText)
            }
        }
    }

    @Test func combinedEscapesAsOthersDo() {
        #expect(text(escape(Array("a\"b\\c\u{0}\n\u{e9}".utf8), json: false)) == #"a\x22b\x5cc\x00\x0a\xc3\xa9"#)
        let line = TelemetryTests.line(
            .combined,
            [
                \.client: Array("2001:db8::1".utf8), \.method: Array("GET".utf8),
                \.target: Array("/x\" \"".utf8), \.version: Array("HTTP/1.0".utf8),
                \.userAgent: Array("a b".utf8),
            ]
        ) {
            $0.time = 784_111_777_000_000_000
            $0.status = 404
            $0.responseBytes = 5
        }
        #expect(
            text(line) == #"2001:db8::1 - - [06/Nov/1994:08:49:37 +0000] "GET /x\x22 \x22 HTTP/1.0" 404 5 "-" "a b""#
                + "\n")
        #expect(text(TelemetryTests.line(.combined, [:])) == #"- - - [01/Jan/1970:00:00:00 +0000] "-" 000 0 "-" "-""# + "\n")
    }

    @Test func aLongTextIsCutBetweenCharacters() {
        #expect(text(escape(Array("abcdefgh".utf8), json: true, limit: 8)) == "abcdefgh")
        #expect(text(escape(Array("abcdefghi".utf8), json: true, limit: 8)).hasSuffix("..."))
        for limit in 8..<40 {
            let escaped = escape(Array("x\u{1}\u{20ac}\"yy\u{1f600}\u{ff}0123456789\u{20ac}\u{20ac}\u{20ac}".utf8), json: true, limit: limit)
            #expect(escaped.count <= limit)
            #expect(throws: Never.self) {
                try JSONSerialization.jsonObject(with: Data([0x5b, 0x22] + escaped + [0x22, 0x5d]))
            }
        }
    }

    private func escape(_ bytes: [UInt8], json: Bool, limit: Int = 1000) -> [UInt8] {
        written { buffer in
            bytes.withUnsafeBytes {
                if json { buffer.append(jsonEscaped: $0, limit: limit) } else { buffer.append(logEscaped: $0, limit: limit) }
            }
        }
    }
}
