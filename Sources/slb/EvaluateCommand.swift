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

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !data.isEmpty else { throw ValidationError("No data to evaluate.") }
        guard folds >= 2, folds <= 100 else { throw ValidationError("--folds must be between 2 and 100.") }
        guard !crossValidate || model == nil else { throw ValidationError("--cross-validate trains models of its own; leave --model out.") }
    }

    func run() throws {
        let report = try crossValidate ? crossValidated() : judged()
        Console.out(json ? ReportText.json(report) : ReportText.lines(report))
    }

    private func crossValidated() throws -> Report {
        var settings = Trainer.Settings()
        settings.folds = folds
        var trainer = Trainer(lexicon: Model.builtin.lexicon, settings: settings)
        var files = ExampleFiles()
        try files.each(in: data) { trainer.add($0) ? nil : "no label, or more labels than a model can have" }
        try check(files)
        var progress = ProgressLine()
        let heldOut = trainer.holdOut { progress.show("fold \(($0.fold ?? 0) + 1) of \(folds), iteration \($0.iteration)") }
        progress.end()
        return Report(heldOut.judgements, labels: trainer.labels)
    }

    private func judged() throws -> Report {
        let judge = try OfflineJudge(model: model, rules: !modelOnly)
        var labels = judge.labels
        var judgements: [Judgement] = []
        var files = ExampleFiles()
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
