/// `slb train`: labelled requests in, a model out, and what it scores on groups it has not seen.

import ArgumentParser
import Classifier
import Foundation
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the in-process model from labelled requests or log lines.",
        discussion: """
            DATA is JSON Lines ({"method","path","content_type","body","label","group"}, all but label and one of path \
            and body optional) or, by its ending, CSV with a header row. A record with neither path nor body is a log \
            line: all its other columns are its text. Records of one group (a service) are held out together. The \
            same data, options and seed give the same bytes.

            A journal is what `slb run` writes by classifier.journal. Its verdicts of the language model count as labels; \
            the lines of one method and path form a group. With --journal-from-latency its lines are labelled by how long \
            serving them took instead (responses of 2xx and 3xx): with LABELS from the cheapest to the dearest, the lines \
            are cut into equal shares, or at the quantiles of --latency-quantiles.
            """)

    @Argument(help: ArgumentHelp("Files of labelled requests.", valueName: "data"))
    var data: [String] = []

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A journal to learn from too; may be repeated.", valueName: "file"))
    var journal: [String] = []

    @Option(help: "What a line of a journal counts beside a line of DATA.")
    var journalWeight = 0.5

    @Option(help: ArgumentHelp("Label a journal's lines by their service time, cheapest label first.", valueName: "label,label,..."))
    var journalFromLatency: String?

    @Option(help: ArgumentHelp("Where --journal-from-latency cuts, as 0.5,0.9 for three labels.", valueName: "quantile,..."))
    var latencyQuantiles: String?

    @Option(name: [.short, .long], help: ArgumentHelp("Where the model goes.", valueName: "model"))
    var output: String

    @Option(help: ArgumentHelp("Meanings of words, one concept a line; the built-in model's if left out.", valueName: "file"))
    var lexicon: String?

    @Option(help: "Seed of folds and variants.")
    var seed: UInt64 = 1

    @Option(help: "Folds of the held-out report.")
    var folds = 5

    @Option(help: "Inverse strength of the penalty on weights.")
    var inversePenalty = Trainer.Settings().regression.inversePenalty

    @Flag(inversion: .prefixedNo, help: "Add variants of each request: other ids, other key spelling, wrapped, cut off.")
    var variants = true

    @Flag(help: "Print the held-out report as JSON.")
    var json = false

    func validate() throws {
        guard folds >= 2, folds <= 100 else { throw ValidationError("--folds must be between 2 and 100.") }
        guard inversePenalty > 0, inversePenalty.isFinite else { throw ValidationError("--inverse-penalty must be positive.") }
        guard !data.isEmpty || !journal.isEmpty else { throw ValidationError("No data to train from.") }
        guard journalWeight > 0, journalWeight.isFinite else { throw ValidationError("--journal-weight must be positive.") }
        guard journalFromLatency == nil || !journal.isEmpty else { throw ValidationError("--journal-from-latency needs --journal.") }
        guard latencyQuantiles == nil || journalFromLatency != nil else { throw ValidationError("--latency-quantiles needs --journal-from-latency.") }
        if let latency, LatencyLabels(latency.labels, quantiles: latency.quantiles, times: []) == nil {
            throw ValidationError("--journal-from-latency needs two labels or more, and --latency-quantiles one number between 0 and 1 fewer, ascending.")
        }
    }

    private var latency: (labels: [String], quantiles: [Double]?)? {
        guard let journalFromLatency else { return nil }
        let quantiles = latencyQuantiles?.split(separator: ",").map { Double($0) ?? .nan }
        return (journalFromLatency.split(separator: ",").map(String.init), quantiles)
    }

    func run() throws {
        var trainer = Trainer(lexicon: try meanings(), settings: settings)
        var files = ExampleFiles()
        try files.each(in: data) { example in
            guard example.label != nil else { return "no label" }
            return trainer.add(example) ? nil : "more labels than a model can have"
        }
        try files.eachOfJournals(journal, weight: journalWeight, latency: latency) {
            trainer.add($0) ? nil : "more labels than a model can have"
        }
        guard trainer.labels.count >= 2 else {
            Console.error("slb: a model needs examples of at least two labels; found \(trainer.labels.count)")
            throw ExitCode(1)
        }
        var progress = ProgressLine()
        let heldOut = trainer.holdOut { progress.show("held-out fold \(($0.fold ?? 0) + 1) of \(folds), iteration \($0.iteration)") }
        let bytes = trainer.model(heldOut: heldOut) { progress.show("fitting, iteration \($0.iteration)") }
        progress.end()
        do { try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic) } catch {
            Console.error("slb: \(output): cannot be written: \(error.localizedDescription)")
            throw ExitCode(1)
        }
        try tell(trainer, heldOut, bytes)
        if files.problems > 0 { throw ExitCode(1) }
    }

    private var settings: Trainer.Settings {
        var settings = Trainer.Settings()
        settings.seed = seed
        settings.folds = folds
        settings.augments = variants
        settings.regression.inversePenalty = inversePenalty
        return settings
    }

    private func meanings() throws -> Lexicon {
        guard let lexicon else { return Model.builtin.lexicon }
        do {
            return try LexiconText.parse(String(contentsOfFile: lexicon, encoding: .utf8))
        } catch let problem as RecordProblem {
            Console.error("slb: \(lexicon): \(problem)")
        } catch {
            Console.error("slb: \(lexicon): cannot be read: \(error.localizedDescription)")
        }
        throw ExitCode(1)
    }

    private func tell(_ trainer: Trainer, _ heldOut: Trainer.HeldOut, _ bytes: [UInt8]) throws {
        let report = Report(heldOut.judgements, labels: trainer.labels)
        guard !json else { return Console.out(ReportText.json(report)) }
        let model = try bytes.withUnsafeBytes { try Model(bytes: $0) }
        Console.out("held out whole: \(trainer.groupCount) groups in \(folds) folds\n\n\(ReportText.lines(report))")
        Console.out("model \(model.digest): \(output), \(bytes.count) bytes, labels \(model.facts.labels.joined(separator: ", "))")
    }
}
