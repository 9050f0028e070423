import Foundation
import Testing
import Vocabulary

@testable import Telemetry

@Suite struct AccessLogWriterTests {
    /// A directory of its own for each test, and what the writer reported.
    private final class Place: Sendable {
        let directory: String
        let reports = Guarded<[AccessLogWriter.Report]>([])

        init() throws {
            directory = NSTemporaryDirectory() + "slb-access-log-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        var path: String { directory + "/access.log" }

        func writer(workers: Int = 1, chunks: Int = 8) throws -> AccessLogWriter {
            var options = AccessLogOptions()
            options.destination = .file(path)
            return try AccessLogWriter(options, workers: workers, chunks: chunks) { report in
                self.reports.withLock { $0.append(report) }
            }
        }

        func lines(_ name: String = "access.log") throws -> [String] {
            let data = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        }

        /// Until the writer's thread has said something; the time limit of the test is the bound.
        func waitForReports(_ count: Int) async {
            while reports.withLock({ $0.count }) < count { await Task.yield() }
        }
    }

    private func append(_ target: String, to spool: AccessLogSpool) {
        Array(target.utf8).withUnsafeBytes {
            var record = AccessLogRecord()
            record.target = $0
            spool.append(record)
        }
    }

    private func targets(_ lines: [String]) throws -> [String] {
        try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["target"] as? String)
        }
    }

    @Test func stopWritesWhatThereIsInOrder() throws {
        let place = try Place()
        let writer = try place.writer()
        for number in 0..<50 { append("/\(number)", to: writer.spools[0]) }
        writer.stop()
        writer.stop()
        #expect(try targets(place.lines()) == (0..<50).map { "/\($0)" })
        #expect(writer.dropped == 0)
    }

    @Test(.timeLimit(.minutes(1))) func aLineIsWrittenWithoutAnyoneAsking() async throws {
        let place = try Place()
        let writer = try place.writer()
        append("/soon", to: writer.spools[0])
        while try place.lines().isEmpty { await Task.yield() }
        #expect(try targets(place.lines()) == ["/soon"])
        writer.stop()
    }

    @Test func allWorkersLinesArriveWholeAndInTheirOrder() async throws {
        let place = try Place()
        let writer = try place.writer(workers: 3, chunks: 256)
        await withTaskGroup(of: Void.self) { group in
            for (worker, spool) in writer.spools.enumerated() {
                group.addTask {
                    for number in 0..<4000 { append("/\(worker)/\(number)", to: spool) }
                }
            }
        }
        writer.stop()
        let found = try targets(place.lines())
        #expect(found.count + Int(writer.dropped) == 12_000)
        for worker in 0..<3 {
            let numbers = found.filter { $0.hasPrefix("/\(worker)/") }.compactMap { Int($0.dropFirst(3)) }
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        }
    }

    @Test(.timeLimit(.minutes(1))) func rotation() async throws {
        let place = try Place()
        let writer = try place.writer()
        append("/old", to: writer.spools[0])
        try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".1")
        writer.reopen()
        await place.waitForReports(1)
        append("/new", to: writer.spools[0])
        writer.stop()
        #expect(try targets(place.lines("access.log.1")) == ["/old"])
        #expect(try targets(place.lines()) == ["/new"])
        #expect(place.reports.withLock { $0 } == [.reopened])
    }

    @Test(.timeLimit(.minutes(1))) func aFailedReopenKeepsTheOldFile() async throws {
        let place = try Place()
        let writer = try place.writer()
        try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".1")
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: false)
        writer.reopen()
        await place.waitForReports(1)
        append("/still", to: writer.spools[0])
        writer.stop()
        #expect(try targets(place.lines("access.log.1")) == ["/still"])
        let error = AccessLogError(.open, path: place.path, code: EISDIR)
        #expect(place.reports.withLock { $0 } == [.reopenFailed(error)])
        #expect(error.description == "access log: cannot open \(place.path): Is a directory")
    }

    @Test func aPathThatCannotBeOpenedIsKnownAtStart() {
        var options = AccessLogOptions()
        options.destination = .file("/nowhere/at/all.log")
        let error = #expect(throws: AccessLogError.self) {
            try AccessLogWriter.start(options, workers: 1) { _ in }
        }
        #expect(error?.operation == .open && error?.code == ENOENT)
        #expect(throws: Never.self) {
            let off = try AccessLogWriter.start(AccessLogOptions(), workers: 1) { _ in }
            #expect(off == nil)
        }
    }

    @Test func withoutAFreeChunkLinesAreDroppedAndCounted() {
        let chunks = AccessLogChunks(count: 2)
        let spool = AccessLogSpool(chunks: chunks, format: .json)
        let long = String(repeating: "x", count: 4000)
        for _ in 0..<100 { append(long, to: spool) }
        var held = 0
        while let chunk = chunks.dequeue() {
            let bytes = UnsafeRawBufferPointer(start: chunks.base(of: chunk.number), count: chunk.count)
            held += bytes.count { $0 == UInt8(ascii: "\n") }
        }
        #expect(held > 0 && spool.dropped == UInt64(100 - held))
    }

    @Test(.timeLimit(.minutes(1))) func aFullDiskCostsLinesAndIsToldOnce() throws {
        let place = try Place()
        try FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: "/dev/full")
        let writer = try place.writer(chunks: 4)
        for _ in 0..<1000 { append("/lost", to: writer.spools[0]) }
        writer.stop()
        #expect(writer.dropped == 1000)
        let error = AccessLogError(.write, path: place.path, code: ENOSPC)
        #expect(place.reports.withLock { $0 } == [.writeFailed(error)])
    }

    /// A pipe whose reader takes nothing, then goes away: no hang, no signal, every line counted.
    @Test(.timeLimit(.minutes(1))) func aReaderThatTakesNothingDelaysOnlyTheEnd() throws {
        let place = try Place()
        #expect(mkfifo(place.path, 0o600) == 0)
        let reader = open(place.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        let writer = try place.writer(chunks: 8)
        for _ in 0..<5000 { append("/stuck", to: writer.spools[0]) }
        writer.stop()
        var taken: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(reader, &piece, piece.count), count > 0 { taken += piece[..<count] }
        close(reader)
        let whole = taken.count { $0 == UInt8(ascii: "\n") }
        #expect(whole > 0 && writer.dropped == UInt64(5000 - whole))
    }

    @Test func aPipeWithoutAReaderIsAnErrorAtStart() throws {
        let place = try Place()
        #expect(mkfifo(place.path, 0o600) == 0)
        let error = #expect(throws: AccessLogError.self) { try place.writer() }
        #expect(error?.code == ENXIO)
    }
}
