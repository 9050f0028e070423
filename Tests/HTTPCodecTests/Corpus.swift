/// The committed messages, as files whose names tell the lesson. `Corpus/reasons.txt` says of each
/// refused one which status and reason it must meet.
import Foundation
import HTTPCodec
import Vocabulary

struct Specimen: Sendable, CustomStringConvertible {
    var name: String
    var bytes: [UInt8]

    var description: String { name }
    /// Responses named so answer a HEAD request.
    var method: HTTPCodec.Method { name.hasPrefix("to-head-") ? .head : .get }
}

enum Corpus {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus")

    static func load(_ folder: String) throws -> [Specimen] {
        let folder = root.appendingPathComponent(folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".http") }.sorted().map {
                let data = try Data(contentsOf: folder.appendingPathComponent($0))
                return Specimen(name: String($0.dropLast(5)), bytes: [UInt8](data))
            }
    }

    /// From "requests/name" to "400 bad_host".
    static func reasons() throws -> [String: String] {
        let text = try String(contentsOf: root.appendingPathComponent("reasons.txt"), encoding: .utf8)
        var reasons: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            reasons[String(words[0])] = String(words[1])
        }
        return reasons
    }
}
