/// How a line of the proxy's journal becomes a labelled example: by what the language model said of it, or
/// by how long serving it took.

import Classifier
import Foundation
import Vocabulary

package enum JournalLine {
    /// A line with a verdict of the language model, labelled by it; nil for any other.
    package static func verdict(_ record: Record, number: Int, weight: Double) -> Example? {
        guard record["source"] == "llm", let example = example(record, number, weight) else { return nil }
        return example.label == nil ? nil : example
    }

    /// A line of a request that was served, and how long that took in milliseconds; nil for any other.
    package static func served(_ record: Record, number: Int, weight: Double) -> (Example, milliseconds: Double)? {
        guard let milliseconds = record["service_ms"].flatMap({ Double($0) }), milliseconds >= 0,
            let status = record["status"].flatMap({ Int($0) }), (200..<400).contains(status),
            var example = example(record, number, weight)
        else { return nil }
        example.label = nil
        return (example, milliseconds)
    }

    /// Method and path without identifiers: the lines of one route are held out together.
    private static func example(_ record: Record, _ number: Int, _ weight: Double) -> Example? {
        guard record["path"] != nil, var example = Example(record, number: number) else { return nil }
        example.body = unmasked(example.body)
        example.query = unmasked(example.query)
        example.bodyLength = max(example.bodyLength, example.body.count)
        example.group = "journal " + String(decoding: example.method + [0x20] + PathMask.route(example.path), as: UTF8.self)
        example.weight = weight
        example.isOwnTraffic = true
        return example
    }

    /// What stands for a masked text while training. The proxy sees texts as they are, and in JSON
    /// `[number]` would be a list.
    private static let standIns: [(name: String, text: String)] = [
        ("[number]", "1000000"), ("[card]", "4000000000000000"), ("[phone]", "5550000000"),
        ("[id]", "0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"), ("[email]", "a@example.com"), ("[ip]", "10.0.0.1"),
    ]

    private static func unmasked(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "[")) else { return text }
        var string = String(decoding: text, as: UTF8.self)
        for (name, standIn) in standIns { string = string.replacingOccurrences(of: name, with: standIn) }
        return Array(string.utf8)
    }
}

/// Labels from service times: with labels in the order of cost, each gets an equal share of the lines (the
/// cut points are quantiles), or the shares it is given.
package struct LatencyLabels: Sendable {
    package let labels: [String]
    /// The greatest time of each label but the last.
    package let cuts: [Double]

    /// `quantiles`: where to cut, ascending, one fewer than there are labels; nil cuts evenly.
    package init?(_ labels: [String], quantiles: [Double]? = nil, times: [Double]) {
        let shares = quantiles ?? (1..<max(labels.count, 2)).map { Double($0) / Double(max(labels.count, 2)) }
        guard labels.count >= 2, shares.count == labels.count - 1, shares.allSatisfy({ $0 > 0 && $0 < 1 }),
            zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.labels = labels
        let sorted = times.sorted()
        cuts = sorted.isEmpty ? [] : shares.map { sorted[min(Int(Double(sorted.count) * $0), sorted.count - 1)] }
    }

    package func label(of milliseconds: Double) -> String {
        labels[cuts.firstIndex { milliseconds < $0 } ?? min(cuts.count, labels.count - 1)]
    }
}
