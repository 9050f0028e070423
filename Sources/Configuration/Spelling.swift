/// Finds what was probably meant. Owns the distance between words, nothing else.

enum Spelling {
    /// The candidate nearest to `word` (transpositions count one), if it is near enough to be a slip.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let word = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let distance = distance(word, Array(candidate.lowercased().unicodeScalars))
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        guard let best, best.distance <= max(1, max(word.count, best.candidate.count) / 3) else { return nil }
        return best.candidate
    }

    /// `; did you mean "x"?`, or what there is.
    static func hint(for word: String, in candidates: [String], called name: String) -> String {
        if let near = nearest(to: word, in: candidates) { return "did you mean \"\(near)\"?" }
        return candidates.isEmpty ? "there are no \(name)" : "\(name): \(candidates.joined(separator: ", "))"
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                var cost = min(previous[column + 1], current[column]) + 1
                cost = min(cost, previous[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
