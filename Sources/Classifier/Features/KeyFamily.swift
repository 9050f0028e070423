/// Keys that mean the same wherever they stand: `per_page`, `maxResults` and `$top` all bound a list.
/// Spelled without separators and case.

import Vocabulary

enum KeyFamily: UInt8 {
    case other, limit, tokens, choices, text, queryText, operation

    fileprivate static let spellings: [(KeyFamily, [StaticString])] = [
        (
            .limit,
            [
                "limit", "size", "count", "perpage", "pagesize", "top", "first", "last", "max", "maxresults", "maxrecords",
                "rows", "take", "num", "batchsize", "pagelimit", "maxitems", "resultsperpage", "itemsperpage", "hitsperpage",
                "fetchsize", "k", "topk", "numresults", "recordsperpage", "maxhits", "maxkeys", "maxcount", "pagelength",
                "maximumrecords", "retmax", "rowcount", "rowlimit", "numrows", "srlimit", "resultrecordcount", "limitto",
                "nresults", "maxresult", "maxentries", "numberofresults", "itemcount", "maxpagesize", "perpagecount",
                "maxfeatures", "toprows", "maxrows", "amount", "quantity", "total", "howmany", "resultlimit", "results",
            ]
        ),
        (
            .tokens,
            [
                "maxtokens", "maxcompletiontokens", "maxnewtokens", "numpredict", "maxoutputtokens", "npredict",
                "maxtokenstosample", "maxlength", "maxgenlen", "maxgentokens", "maxtokencount", "outputtokens",
                "tokenstogenerate", "maxgenerationlength", "maxdecodetokens",
            ]
        ),
        (
            .choices,
            [
                "n", "numreturnsequences", "numimages", "samples", "numsamples", "candidatecount", "bestof", "numoutputs",
                "numgenerations", "variations", "numcandidates", "iterations", "trials", "simulations", "paths", "runs", "steps",
                "epochs", "replicates", "nsim", "numsimulations", "numtrials", "numpaths", "draws", "scenarios",
            ]
        ),
        (
            .text,
            [
                "prompt", "content", "text", "input", "inputs", "question", "message", "instruction", "instructions",
                "texts", "usermessage", "userinput", "inputtext", "parts", "utterance", "ask", "messages", "contents",
            ]
        ),
        (
            .queryText,
            [
                "query", "sql", "statement", "stmt", "q", "cypher", "sparql", "expression", "script", "querystring", "soql",
                "expr", "command", "statements", "rawsql", "sqltext", "gremlin", "jql", "where", "filter", "aql", "kql",
                "kusto", "csl", "promql", "flux", "nrql", "formula", "data", "adql",
            ]
        ),
        (.operation, ["method", "action", "operation", "operationname", "methodname", "op", "function", "cmd", "request", "job", "task", "mode"]),
    ]
}

/// An immutable table of key hashes. `@unchecked`: written in `init` only.
final class KeyFamilies: @unchecked Sendable {
    static let shared = KeyFamilies()
    private static let slotCount = 1024
    private let hashes: UnsafeMutablePointer<UInt64>
    private let families: UnsafeMutablePointer<KeyFamily>

    private init() {
        hashes = .allocate(capacity: Self.slotCount)
        families = .allocate(capacity: Self.slotCount)
        hashes.initialize(repeating: 0, count: Self.slotCount)
        families.initialize(repeating: .other, count: Self.slotCount)
        for (family, names) in KeyFamily.spellings {
            for name in names {
                let hash = Word.hash(name)
                let slot = self.slot(of: hash)
                hashes[slot] = hash
                families[slot] = family
            }
        }
    }

    @inline(__always)
    func family(of hash: UInt64) -> KeyFamily { families[slot(of: hash)] }

    private func slot(of hash: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while hashes[slot] != 0, hashes[slot] != hash { slot = (slot + 1) & (Self.slotCount - 1) }
        return slot
    }
}
