/// Records out, as JSON Lines or CSV (RFC 4180), a buffer at a time.

import ArgumentParser
import Foundation
import Training

final class RecordWriter {
    /// Members that are JSON already, or numbers.
    private static let bare: Set<String> = ["confidence", "evidence"]
    private static let bufferSize = 1 << 16

    private let file: FileHandle
    private let path: String
    private let isCSV: Bool
    private var buffer: [UInt8] = []
    private var hasHeader = false

    /// `path`: nil or `-` is standard output.
    init(path: String?, isCSV: Bool) throws {
        self.isCSV = isCSV
        self.path = path ?? "-"
        guard let path, path != "-" else {
            file = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil), let opened = FileHandle(forWritingAtPath: path) else {
            Console.error("slb: \(path): cannot be written; check the folder and its permissions")
            throw ExitCode(1)
        }
        file = opened
    }

    func write(_ record: Record) throws {
        if isCSV {
            if !hasHeader { put(record.names.map(Self.cell).joined(separator: ",")) }
            hasHeader = true
            put(record.values.map(Self.cell).joined(separator: ","))
        } else {
            let members = zip(record.names, record.values).map { name, value in
                "\(Record.quoted(name)):\(Self.bare.contains(name) ? value : Record.quoted(value))"
            }
            put("{\(members.joined(separator: ","))}")
        }
        if buffer.count >= Self.bufferSize { try flush() }
    }

    func finish() throws { try flush() }

    private func put(_ line: String) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(0x0A)
    }

    private func flush() throws {
        do { try file.write(contentsOf: Data(buffer)) } catch {
            Console.error("slb: \(path): cannot be written: \(error.localizedDescription)")
            throw ExitCode(1)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func cell(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
    }
}
