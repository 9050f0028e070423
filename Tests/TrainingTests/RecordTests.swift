/// Data files as people have them: quoted CSV, broken lines, columns of their own.

import Foundation
import Testing

@testable import Training

private func entries(_ text: String, _ ending: String) throws -> [RecordReader.Entry] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("slb-\(UUID().uuidString).\(ending)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    var reader = try RecordReader(path: path)
    var found: [RecordReader.Entry] = []
    while let entry = reader.next() { found.append(entry) }
    return found
}

@Suite struct RecordTests {
    @Test func csvIsReadAsWritten() throws {
        let found = try entries("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2,\n", "csv")
        #expect(found.map(\.line) == [2, 5])
        #expect(try found[0].record.get().values == ["1", "x, \"y\"\nz"])
        #expect(try found[1].record.get()["b"] == "")
    }

    @Test func badLinesAreTold() throws {
        let json = try entries("{\"path\":\"/a\"}\nnonsense\n[1]\n\n{\"path\":\"/b\"}", "jsonl")
        #expect(json.map(\.line) == [1, 2, 3, 5])
        #expect(json.map { (try? $0.record.get()) != nil } == [true, false, false, true])
        let csv = try entries("a,b\n1,2,3\n4,5\n", "csv")
        #expect(csv.map { (try? $0.record.get()) != nil } == [false, true])
    }

    @Test func logLinesAreTheirOwnColumns() throws {
        let one = Record(names: ["message", "label"], values: ["disk full", "error"])
        let example = try #require(Example(one, number: 4))
        #expect(String(decoding: example.body, as: UTF8.self) == "disk full")
        #expect(example.id == "4")
        let two = Record(names: ["source", "message", "label"], values: ["db", "a \"quote\"", "error"])
        #expect(String(decoding: try #require(Example(two, number: 1)).body, as: UTF8.self) == #"{"source":"db","message":"a \"quote\""}"#)
        #expect(Example(Record(names: ["label"], values: ["x"]), number: 1) == nil)
    }

    @Test func jsonValuesStayJSON() throws {
        let record = try Record(json: #"{"path":"/a?x=1","body":{"b":[1,2]},"id":7,"label":null}"#)
        let example = try #require(Example(record, number: 1))
        #expect(String(decoding: example.body, as: UTF8.self) == #"{"b":[1,2]}"#)
        #expect(example.id == "7")
        #expect(example.label == nil)
        #expect(String(decoding: example.query, as: UTF8.self) == "x=1")
        #expect(String(decoding: example.method, as: UTF8.self) == "POST")
    }
}
