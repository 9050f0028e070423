/// Texts in a query language. SQL and its relatives give clauses; GraphQL its own shape; everything else
/// (PromQL, Flux, Cypher, filters) words of code.

import Vocabulary

/// What a statement has, gathered while its words go by.
struct Clauses {
    var joins = 0
    var aggregates = 0
    var selects = 0
    var isGrouped = false
    var isOrdered = false
    var isFiltered = false
    var hasStar = false
    var limit: UInt64?
    var rows = 0
}

extension FeatureExtractor {
    /// True if `text` was read as a statement, so that it is nothing else.
    func looksLikeStatement(_ text: Bytes, _ key: FeatureKey) -> Bool {
        var reader = WordReader(text)
        guard let first = reader.next() else { return false }
        if SQL.isGraphQL(text, first.hash) {
            readGraphQL(text)
            return true
        }
        guard text.contains(UInt8(ascii: " ")) || text.contains(UInt8(ascii: "(")) else { return false }
        if SQL.opens(first.hash) {
            readStatement(text)
            return true
        }
        let marks = text.prefix(256).count { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "=") }
        guard marks > 0 else { return false }
        readCode(text)
        return true
    }

    /// A statement that opens with a keyword, or any text sent as a query.
    func readStatement(_ text: Bytes) {
        var reader = WordReader(text)
        guard let first = reader.next() else { return }
        note(first, text)
        set.add(.statement, first.hash)
        if operationWords == 0 || SQL.opens(first.hash) { set.add(.methodOperation, method, first.hash) }
        readCode(text)
        let clauses = gather(text)
        set.add(.clause, 0, UInt64(min(clauses.joins, 4)))
        set.add(.clause, 1, UInt64(min(clauses.aggregates, 4)))
        set.add(.clause, 2, UInt64(min(clauses.selects, 4)))
        set.add(.clause, 3, clauses.isGrouped ? 1 : 0)
        set.add(.clause, 4, clauses.isOrdered ? 1 : 0)
        set.add(.clause, 5, clauses.isFiltered ? 1 : 0)
        set.add(.clause, 6, clauses.hasStar ? 1 : 0)
        set.add(.clause, 7, Magnitude.of(count: clauses.rows))
        set.add(.selectLimit, clauses.limit ?? 31)
        if let bound = clauses.limit { limit = max(limit ?? 0, bound) }
        set.add(.clausePair, first.hash, combination(clauses))
        set.add(.clausePair, combination(clauses), clauses.limit ?? 31)
    }

    private func combination(_ clauses: Clauses) -> UInt64 {
        (clauses.joins > 0 ? 1 : 0) | (clauses.aggregates > 0 ? 2 : 0) | (clauses.isGrouped ? 4 : 0)
            | (clauses.isFiltered ? 8 : 0) | (clauses.hasStar ? 16 : 0) | (clauses.limit != nil ? 32 : 0)
    }

    private func gather(_ text: Bytes) -> Clauses {
        var clauses = Clauses()
        var reader = WordReader(text)
        var previous: UInt64 = 0
        var valuesEnd: Int?
        var left = 2000
        while left > 0, let word = reader.next() {
            left -= 1
            if word.isNumber {
                if previous == SQL.limit || previous == SQL.top || previous == SQL.fetch {
                    clauses.limit = JSONNumber.parse(Bytes(rebasing: text[word.range])).map(Magnitude.of)
                }
                if let moment = TimeText.moment(Bytes(rebasing: text[word.range.lowerBound..<min(word.range.lowerBound + 10, text.count)])) {
                    earliest = min(earliest, moment)
                    latest = max(latest, moment)
                }
            }
            switch word.hash {
            case SQL.join: clauses.joins += 1
            case SQL.select, SQL.match: clauses.selects += 1
            case SQL.group: clauses.isGrouped = true
            case SQL.by: if previous != SQL.order { clauses.isGrouped = true }
            case SQL.order: clauses.isOrdered = true
            case SQL.where_, SQL.having: clauses.isFiltered = true
            case SQL.values: valuesEnd = word.range.upperBound
            default: if SQL.aggregates(word.hash) { clauses.aggregates += 1 }
            }
            if word.hash == SQL.select { clauses.hasStar = clauses.hasStar || starFollows(text, word.range.upperBound) }
            previous = word.hash
        }
        // Once, behind the last: there may be as many of the word as fit.
        if let valuesEnd { clauses.rows = rows(text, from: valuesEnd) }
        return clauses
    }

    private func starFollows(_ text: Bytes, _ start: Int) -> Bool {
        for byte in text[start..<min(start + 6, text.count)] where byte == UInt8(ascii: "*") { return true }
        return false
    }

    private func rows(_ text: Bytes, from start: Int) -> Int {
        text[min(start, text.count)...].count { $0 == UInt8(ascii: "(") }
    }

    /// Words of code and their neighbours.
    func readCode(_ text: Bytes) {
        var reader = WordReader(text)
        var previous: UInt64 = 0
        var left = min(160, wordsLeft)
        while left > 0, let word = reader.next() {
            left -= 1
            wordsLeft -= 1
            if word.isNumber {
                let window = Bytes(rebasing: text[word.range.lowerBound..<min(word.range.upperBound + 1, text.count)])
                if let seconds = TimeText.duration(window) { set.add(.duration, TimeText.bucket(seconds: seconds)) }
                continue
            }
            note(word, text)
            set.add(.code, word.hash)
            if previous != 0 { set.add(.codePair, previous, word.hash) }
            concept(of: word, as: .code)
            previous = word.hash
        }
        set.add(.promptLength, 64 + Magnitude.ofLength(UInt64(text.count)))
    }
}

/// The words of SQL that tell.
enum SQL {
    static let select = Word.hash("select")
    static let join = Word.hash("join")
    static let group = Word.hash("group")
    static let order = Word.hash("order")
    static let by = Word.hash("by")
    static let where_ = Word.hash("where")
    static let having = Word.hash("having")
    static let limit = Word.hash("limit")
    static let top = Word.hash("top")
    static let fetch = Word.hash("first")
    static let values = Word.hash("value")
    static let match = Word.hash("match")
    private static let opening: [UInt64] = [
        select, match, Word.hash("insert"), Word.hash("update"), Word.hash("delete"), Word.hash("with"), Word.hash("explain"),
        Word.hash("show"), Word.hash("create"), Word.hash("merge"), Word.hash("prefix"), Word.hash("ask"), Word.hash("call"),
        Word.hash("from"), Word.hash("describe"), Word.hash("alter"), Word.hash("drop"), Word.hash("construct"), Word.hash("copy"),
        Word.hash("base"), Word.hash("for"), Word.hash("unwind"), Word.hash("begin"), Word.hash("truncate"), Word.hash("optimize"),
    ]
    private static let aggregating: [UInt64] = [
        Word.hash("sum"), Word.hash("avg"), Word.hash("count"), Word.hash("min"), Word.hash("max"), Word.hash("percentile"),
        Word.hash("stddev"), Word.hash("quantile"), Word.hash("median"), Word.hash("over"), Word.hash("partition"),
        Word.hash("rank"), Word.hash("collect"), Word.hash("aggregate"), Word.hash("distinct"), Word.hash("union"),
        Word.hash("rollup"), Word.hash("cube"), Word.hash("histogram"), Word.hash("uniq"), Word.hash("lag"),
    ]
    private static let documents: [UInt64] = [
        Word.hash("query"), Word.hash("mutation"), Word.hash("subscription"), Word.hash("fragment"),
    ]

    static func opens(_ word: UInt64) -> Bool { opening.contains(word) }
    static func aggregates(_ word: UInt64) -> Bool { aggregating.contains(word) }

    /// A document begins with a selection or an operation, and has one.
    static func isGraphQL(_ text: Bytes, _ first: UInt64) -> Bool {
        var offset = 0
        while offset < text.count, text[offset] <= 0x20 { offset += 1 }
        guard offset < text.count else { return false }
        if text[offset] == UInt8(ascii: "{") { return !text.prefix(offset + 3).contains(UInt8(ascii: "\"")) }
        return documents.contains(first) && text.contains(UInt8(ascii: "{"))
    }
}
