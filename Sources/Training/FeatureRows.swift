/// Examples as rows of feature hashes, label numbers and weights: what all fits and reports work on.

import Classifier
import Vocabulary

package struct FeatureRows: Sendable {
    package private(set) var hashes: [UInt32] = []
    package private(set) var lexical: [Bool] = []
    /// Where each row begins; one more than there are rows.
    package private(set) var starts: [Int] = [0]
    package private(set) var labels: [Int] = []
    package private(set) var weights: [Double] = []
    /// An index into the distinct group names.
    package private(set) var groups: [Int] = []
    /// As `groups`, for counting in how many a feature occurs: of one's own traffic each line is one.
    package private(set) var witnesses: [Int] = []
    /// Whether a row is an example itself rather than a variant of one.
    package private(set) var isOriginal: [Bool] = []

    package init() {}

    package var count: Int { labels.count }

    package subscript(row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

    package mutating func append(
        _ example: Example, label: Int, group: Int, isOriginal: Bool, window: Int, extractor: FeatureExtractor
    ) {
        example.withView(window: window) { view, isComplete in extractor.extract(view, bodyComplete: isComplete) }
        let set = extractor.set
        hashes.append(contentsOf: UnsafeBufferPointer(start: set.hashes, count: set.count))
        lexical.append(contentsOf: UnsafeBufferPointer(start: set.lexical, count: set.count))
        starts.append(hashes.count)
        labels.append(label)
        weights.append(example.weight)
        groups.append(group)
        witnesses.append(example.isOwnTraffic ? -count : group)
        self.isOriginal.append(isOriginal)
    }
}

/// The features that a fit knows, numbered: those that occur in enough groups.
package struct FeatureIndex: Sendable {
    private let numbers: [UInt32: Int32]
    package let hashes: [UInt32]

    /// `leastGroups`: a word that one service uses says nothing about another.
    package init(_ rows: FeatureRows, of selected: [Int], leastGroups: Int) {
        var seen: [UInt32: (group: Int32, count: Int32)] = [:]
        var order: [UInt32] = []
        for row in selected where rows.isOriginal[row] {
            let group = Int32(truncatingIfNeeded: rows.witnesses[row])
            for place in rows[row] {
                let hash = rows.hashes[place]
                guard let entry = seen[hash] else {
                    seen[hash] = (group, 1)
                    order.append(hash)
                    continue
                }
                if entry.group != group { seen[hash] = (group, entry.count &+ 1) }
            }
        }
        hashes = order.filter { (seen[$0]?.count ?? 0) >= leastGroups }
        var numbers: [UInt32: Int32] = [:]
        numbers.reserveCapacity(hashes.count)
        for (number, hash) in hashes.enumerated() { numbers[hash] = Int32(number) }
        self.numbers = numbers
    }

    package func number(of hash: UInt32) -> Int32? { numbers[hash] }

    /// The selected rows with their features numbered.
    func matrix(_ rows: FeatureRows, _ selected: [Int]) -> Matrix {
        var matrix = Matrix(featureCount: hashes.count)
        for row in selected {
            for place in rows[row] {
                if let number = numbers[rows.hashes[place]] { matrix.columns.append(number) }
            }
            matrix.starts.append(matrix.columns.count)
            matrix.labels.append(rows.labels[row])
            matrix.weights.append(rows.weights[row])
        }
        return matrix
    }
}

/// A binary sparse matrix by rows.
struct Matrix: Sendable {
    var featureCount: Int
    var columns: [Int32] = []
    var starts: [Int] = [0]
    var labels: [Int] = []
    var weights: [Double] = []

    init(featureCount: Int) { self.featureCount = featureCount }

    var count: Int { labels.count }
}
