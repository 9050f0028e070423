import Foundation
import Synchronization
import Testing
import Vocabulary

@testable import Telemetry

@Suite struct JournalTests {
    private final class Place: Sendable {
        let directory: String
        let reports = Guarded<[JournalWriter.Report]>([])

        init() throws {
            directory = NSTemporaryDirectory() + "slb-journal-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func writer(_ name: String = "j", size: Int = 1 << 20, files: Int = 2, chunks: Int = 8) throws -> JournalWriter {
            var options = JournalOptions()
            options.size = size
            options.files = files
            return try JournalWriter(options, path: directory + "/" + name, workers: 1, chunks: chunks) { report in
                self.reports.withLock { $0.append(report) }
            }
        }

        var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() } }

        func objects(_ name: String = "j") throws -> [[String: Any]] {
            let data = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            return try String(decoding: data, as: UTF8.self).split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
    }

    private func append(_ target: [UInt8], body: [UInt8]? = nil, to spool: JournalSpool) {
        target.withUnsafeBytes { target in
            (body ?? []).withUnsafeBytes { bytes in
                var record = JournalRecord()
                record.target = target
                record.body = body == nil ? nil : bytes
                spool.append(record)
            }
        }
    }

    @Test func aLineSaysWhatIsKnown() throws {
        let place = try Place()
        let writer = try place.writer()
        append(Array("/a?b=\"c\"".utf8), to: writer.spools[0])
        "general".utf8.withContiguousStorageIfAvailable { label in
            var record = JournalRecord()
            record.time = 1_700_000_000_123_000_000
            record.label = Bytes(label)
            record.body = Bytes(label)
            record.bodyLength = 7
            record.source = .llm
            record.confidence = 0.925
            record.status = 200
            record.service = Interval(nanoseconds: 1_500_000)
            record.responseBytes = 9
            writer.spools[0].append(record)
        }
        writer.stop()
        let lines = try place.objects()
        #expect(lines.count == 2)
        #expect(lines[0]["path"] as? String == "/a?b=\"c\"")
        #expect(lines[0]["body"] == nil)
        for name in ["body_length", "status", "service_ms", "response_bytes"] { #expect(lines[0][name] is NSNull) }
        #expect(lines[1]["timestamp"] as? String == "2023-11-14T22:13:20.123Z")
        #expect(lines[1]["label"] as? String == "general" && lines[1]["body"] as? String == "general")
        #expect(lines[1]["source"] as? String == "llm" && lines[1]["confidence"] as? Double == 0.925)
        #expect(lines[1]["service_ms"] as? Double == 1.5)
        #expect(writer.records == 2 && writer.dropped == 0)
    }

    @Test func anyBytesMakeALine() throws {
        let place = try Place()
        let writer = try place.writer()
        var random = SeededBytes(seed: 7)
        for count in [0, 1, 100, 5000, 20000] { append(random.bytes(count: count), body: random.bytes(count: count), to: writer.spools[0]) }
        append([UInt8](repeating: 0, count: 20000), body: [UInt8](repeating: 0, count: 20000), to: writer.spools[0])
        writer.stop()
        #expect(try place.objects().count == 6)
    }

    @Test func fullFilesMoveOnAndTheOldestGo() throws {
        let place = try Place()
        let writer = try place.writer(size: 64 << 10, files: 2, chunks: 64)
        for number in 0..<2000 { append(Array("/\(number)/\(String(repeating: "x", count: 200))".utf8), to: writer.spools[0]) }
        writer.stop()
        #expect(try place.names == ["j", "j.1", "j.2"])
        let numbers = try ["j.2", "j.1", "j"].flatMap { try place.objects($0) }.compactMap {
            ($0["path"] as? String).flatMap { Int($0.split(separator: "/")[0]) }
        }
        #expect(numbers.last == 1999)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 })
        #expect(writer.records == 2000 && writer.dropped == 0)
    }

    @Test func withoutRoomALineIsDroppedAndCounted() throws {
        let place = try Place()
        // The only chunk fills up before anybody can write it and give it back.
        let writer = try place.writer(chunks: 1)
        for _ in 0..<1000 { append([UInt8](repeating: 0x61, count: 2000), to: writer.spools[0]) }
        writer.stop()
        #expect(writer.records + writer.dropped == 1000)
        #expect(try UInt64(place.objects().count) == writer.records)
    }

    @Test func itGoesOnWhereItWas() throws {
        let place = try Place()
        for number in 0..<2 {
            let writer = try place.writer()
            append(Array("/\(number)".utf8), to: writer.spools[0])
            writer.stop()
        }
        #expect(try place.objects().compactMap { $0["path"] as? String } == ["/0", "/1"])
        #expect(throws: JournalError.self) { _ = try place.writer("no/such/directory") }
        #expect(throws: JournalError.self) { _ = try place.writer(".") }
    }
}
