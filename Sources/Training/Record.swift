/// A line of JSON Lines or a row of CSV as names and texts, whichever it was.

import Foundation

package struct Record: Sendable, Equatable {
    package var names: [String]
    package var values: [String]

    package subscript(name: String) -> String? { names.firstIndex(of: name).map { values[$0] } }

    /// What is left of it as one body: the text of the only column, or an object of all.
    func joined(without reserved: Set<String>) -> (text: String, isJSON: Bool)? {
        let places = names.indices.filter { !reserved.contains(names[$0]) }
        guard let first = places.first else { return nil }
        if places.count == 1 { return (values[first], false) }
        let members = places.map { "\(Self.quoted(names[$0])):\(Self.quoted(values[$0]))" }
        return ("{\(members.joined(separator: ","))}", true)
    }

    package static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20: out += String(format: "\\u%04x", scalar.value)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// A line of JSON Lines. Values that are no strings are taken as the JSON they are.
    package init(json line: Substring) throws(RecordProblem) {
        let object: Any
        do { object = try JSONSerialization.jsonObject(with: Data(line.utf8)) } catch {
            throw RecordProblem("not a JSON object")
        }
        guard let members = object as? [String: Any] else { throw RecordProblem("not a JSON object") }
        names = members.keys.sorted()
        values = []
        for name in names {
            guard let value = members[name], !(value is NSNull) else {
                values.append("")
                continue
            }
            if let text = value as? String {
                values.append(text)
            } else if let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys]) {
                values.append(String(decoding: data, as: UTF8.self))
            } else {
                throw RecordProblem("'\(name)' is no JSON value")
            }
        }
        for empty in ["path", "body"] where self[empty] == "" && members[empty] is NSNull { remove(empty) }
    }

    package init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    private mutating func remove(_ name: String) {
        guard let index = names.firstIndex(of: name) else { return }
        names.remove(at: index)
        values.remove(at: index)
    }
}

package struct RecordProblem: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String

    init(_ description: String) { self.description = description }
}
