/// Records of a file or of standard input, one after another: JSON Lines, or CSV (RFC 4180) with a header
/// row. It holds one chunk and one record; a record that is broken is a problem with its line number.

import Foundation

package struct RecordReader: ~Copyable {
    package enum Format: Sendable { case jsonLines, csv }

    package struct Entry: Sendable {
        /// Of its first line, from one.
        package var line: Int
        package var record: Result<Record, RecordProblem>
    }

    /// Longest record; a longer one is a problem.
    package static let recordLimit = 16 * 1024 * 1024

    private let file: FileHandle
    private let format: Format
    private var chunk: [UInt8] = []
    private var offset = 0
    private var line = 0
    private var header: [String]?
    private(set) package var bytesRead: UInt64 = 0
    /// Zero if it is not known.
    package let size: UInt64

    /// `-` is standard input, which is JSON Lines.
    package init(path: String) throws(RecordProblem) {
        if path == "-" {
            file = .standardInput
            size = 0
        } else {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
                let opened = FileHandle(forReadingAtPath: path)
            else { throw RecordProblem("\(path): no such file, or no permission to read it") }
            file = opened
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            size = (attributes?[.size] as? NSNumber)?.uint64Value ?? 0
        }
        format = path.lowercased().hasSuffix(".csv") ? .csv : .jsonLines
    }

    package var isCSV: Bool { format == .csv }

    /// Nil at the end. Empty lines are passed over.
    package mutating func next() -> Entry? {
        while true {
            guard let row = nextRow() else { return nil }
            if row.text.allSatisfy({ $0 <= 0x20 }) { continue }
            guard row.text.count <= Self.recordLimit else {
                return Entry(line: row.line, record: .failure(RecordProblem("longer than \(Self.recordLimit) bytes")))
            }
            switch format {
            case .jsonLines:
                let text = String(decoding: row.text, as: UTF8.self)
                do throws(RecordProblem) {
                    return Entry(line: row.line, record: .success(try Record(json: text[...])))
                } catch {
                    return Entry(line: row.line, record: .failure(error))
                }
            case .csv:
                let cells = Self.cells(of: row.text)
                guard let header else {
                    self.header = cells.map { $0.hasPrefix("\u{FEFF}") ? String($0.dropFirst()) : $0 }
                    continue
                }
                guard cells.count == header.count else {
                    let problem = RecordProblem("\(cells.count) cells in a row; the header has \(header.count)")
                    return Entry(line: row.line, record: .failure(problem))
                }
                return Entry(line: row.line, record: .success(Record(names: header, values: cells)))
            }
        }
    }

    /// Up to the next line end; in CSV, one that is not inside quotes.
    private mutating func nextRow() -> (line: Int, text: [UInt8])? {
        var text: [UInt8] = []
        var isQuoted = false
        let first = line + 1
        var isAny = false
        while fill() {
            isAny = true
            let start = offset
            while offset < chunk.count {
                let byte = chunk[offset]
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if byte == 0x0A {
                    line += 1
                    if format == .jsonLines || !isQuoted { break }
                }
                offset += 1
            }
            // What is beyond the limit is read, to find its end, but not kept.
            if text.count <= Self.recordLimit { text += chunk[start..<offset] }
            if offset < chunk.count {
                offset += 1
                if text.last == 0x0D { text.removeLast() }
                return (first, text)
            }
        }
        if isAny { line += 1 }
        return isAny ? (first, text) : nil
    }

    private mutating func fill() -> Bool {
        if offset < chunk.count { return true }
        guard let data = try? file.read(upToCount: 1 << 16), !data.isEmpty else { return false }
        chunk = Array(data)
        bytesRead += UInt64(data.count)
        offset = 0
        return true
    }

    static func cells(of row: [UInt8]) -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < row.count {
            let byte = row[index]
            if byte == UInt8(ascii: "\"") {
                if isQuoted, index + 1 < row.count, row[index + 1] == byte {
                    cell.append(byte)
                    index += 1
                } else {
                    isQuoted.toggle()
                }
            } else if byte == UInt8(ascii: ","), !isQuoted {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
            } else {
                cell.append(byte)
            }
            index += 1
        }
        return cells + [String(decoding: cell, as: UTF8.self)]
    }
}
