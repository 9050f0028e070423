/// `slb evaluate`: labelled requests against a model, or against models that have not seen their group.

import ArgumentParser
import Classifier
import Foundation
import Training
import Vocabulary

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on labelled requests.",
        discussion: "Accuracy, macro-F1, precision and recall of each label, confusion matrix, calibration error and coverage at thresholds.")

    @Argument(help: ArgumentHelp("Files of labelled requests, JSON Lines or CSV.", valueName: "data"))
    var data: [String]

    @Option(help: ArgumentHelp("The model's file; the built-in one if left out.", valueName: "file"))
    var model: String?

    @Flag(help: "Leave the built-in rules out.")
    var modelOnly = false

    @Flag(help: "Train on the data itself, and judge each group by a model that has not seen it.")
    var crossValidate = false

    @Option(help: "Folds of the cross-validation.")
    var folds = 5

    @Option(help: ArgumentHelp("With --cross-validate: where id, fold, truth, label and confidence of each request go, as JSON Lines or CSV.", valueName: "file"))
    var foldsOut: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !data.isEmpty else { throw ValidationError("No data to evaluate.") }
        guard folds >= 2, folds <= 100 else { throw ValidationError("--folds must be between 2 and 100.") }
        guard foldsOut == nil || crossValidate else { throw ValidationError("--folds-out tells of folds; add --cross-validate.") }
        guard !crossValidate || model == nil else { throw ValidationError("--cross-validate trains models of its own; leave --model out.") }
    }

    func run() throws {
        var files = ExampleFiles()
        let report = try crossValidate ? crossValidated(&files) : judged(&files)
        Console.out(json ? ReportText.json(report) : ReportText.lines(report))
        if files.problems > 0 { throw ExitCode(1) }
    }

    private func crossValidated(_ files: inout ExampleFiles) throws -> Report {
        var settings = Trainer.Settings()
        settings.folds = folds
        var trainer = Trainer(lexicon: Model.builtin.lexicon, settings: settings)
        var ids: [String] = []
        try files.each(in: data) { example in
            guard trainer.add(example) else { return "no label, or more labels than a model can have" }
            ids.append(example.id)
            return nil
        }
        try check(files)
        var progress = ProgressLine()
        let heldOut = trainer.holdOut { progress.show("fold \(($0.fold ?? 0) + 1) of \(folds), iteration \($0.iteration)") }
        progress.end()
        if let foldsOut { try write(heldOut, ids, trainer.labels, to: foldsOut) }
        return Report(heldOut.judgements, labels: trainer.labels)
    }

    private func write(_ heldOut: Trainer.HeldOut, _ ids: [String], _ labels: [String], to path: String) throws {
        let sink = try RecordWriter(path: path, isCSV: path.lowercased().hasSuffix(".csv"))
        for (judgement, place) in zip(heldOut.judgements, heldOut.places) {
            try sink.write(
                Record(
                    names: ["id", "fold", "truth", "label", "confidence"],
                    values: [
                        ids[place.example], String(place.fold), labels[judgement.truth], labels[judgement.guess],
                        ReportText.decimal(judgement.confidence),
                    ]))
        }
        try sink.finish()
    }

    private func judged(_ files: inout ExampleFiles) throws -> Report {
        let judge = try OfflineJudge(model: model, rules: !modelOnly)
        var labels = judge.labels
        var judgements: [Judgement] = []
        try files.each(in: data) { example in
            guard let label = example.label else { return "no label" }
            let truth = labels.firstIndex(of: label) ?? labels.count
            if truth == labels.count { labels.append(label) }
            let verdict = judge.verdict(on: example)
            judgements.append(
                Judgement(truth: truth, guess: Int(verdict.label.index), confidence: Double(verdict.confidence)))
            return nil
        }
        try check(files)
        return Report(judgements, labels: labels)
    }

    private func check(_ files: ExampleFiles) throws {
        guard files.read > files.problems else {
            Console.error("slb: no labelled request in \(data.joined(separator: ", "))")
            throw ExitCode(1)
        }
    }
}
