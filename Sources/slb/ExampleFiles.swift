/// Reads the examples of data files, one by one, for the commands that work on them: problems go to
/// standard error with file and line, and are counted.

import ArgumentParser
import Training

struct ExampleFiles {
    private(set) var problems = 0
    private(set) var read = 0
    private var progress = ProgressLine()

    /// Calls `use` with every example; what it returns, if anything, is a problem with it.
    mutating func each(in paths: [String], _ use: (Example) throws -> String?) throws {
        for path in paths {
            try eachRecord(in: path) { record, line in
                guard let example = Example(record, number: line) else { return "nothing to classify in it" }
                return try use(example)
            }
        }
    }

    /// Calls `use` with the examples of journals: lines with a language model's verdict or, if `latency` is
    /// given, lines with a service time. Others have nothing to teach and are passed over.
    mutating func eachOfJournals(
        _ paths: [String], weight: Double, latency: (labels: [String], quantiles: [Double]?)?, _ use: (Example) throws -> String?
    ) throws {
        var served: [(Example, milliseconds: Double)] = []
        for path in paths {
            try eachRecord(in: path) { record, line in
                if latency != nil {
                    if let one = JournalLine.served(record, number: line, weight: weight) { served.append(one) }
                    return nil
                }
                return try JournalLine.verdict(record, number: line, weight: weight).flatMap(use)
            }
        }
        guard let latency, let cut = LatencyLabels(latency.labels, quantiles: latency.quantiles, times: served.map(\.milliseconds))
        else { return }
        for (example, milliseconds) in served {
            var labelled = example
            labelled.label = cut.label(of: milliseconds)
            _ = try use(labelled)
        }
        let bounds = zip(cut.labels, cut.cuts).map { "\($0) below \(ReportText.decimal($1)) ms" }
        Console.error("labels from service times: \((bounds + [cut.labels.last ?? ""]).joined(separator: ", "))")
    }

    /// The same, with records as they stand and their line numbers.
    mutating func eachRecord(in path: String, _ use: (Record, Int) throws -> String?) throws {
        var records = try Self.open(path)
        while let entry = records.next() {
            read += 1
            let problem: String?
            switch entry.record {
            case .failure(let found): problem = "\(found)"
            case .success(let record): problem = try use(record, entry.line)
            }
            if let problem {
                progress.end()
                problems += 1
                Console.error("\(path):\(entry.line): \(problem); the line is skipped")
            }
            if read % 512 == 0 { progress.show(ProgressLine.bar(records.bytesRead, of: records.size, "\(read) read")) }
        }
        progress.end()
    }

    private static func open(_ path: String) throws -> RecordReader {
        do throws(RecordProblem) { return try RecordReader(path: path) } catch {
            Console.error("slb: \(error)")
            throw ExitCode(1)
        }
    }
}
