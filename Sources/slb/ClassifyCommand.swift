/// `slb classify`: labels requests or log lines of a file, in their order, as the proxy would.

import ArgumentParser
import Classifier
import Configuration
import Foundation
import ProxyServer
import Training
import Vocabulary

struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Label requests offline, as the proxy would.",
        discussion: """
            Input is JSON Lines, {"id","method","path","content_type","body"}, all but one of path and body optional, or \
            CSV with a header row; the format follows the file's ending. Output keeps the input's order. A bad line is \
            reported with its number and skipped; the exit status is then 1.
            """)

    @Argument(help: ArgumentHelp("A file, or - for standard input.", valueName: "file"))
    var input = "-"

    @Option(name: [.short, .long], help: ArgumentHelp("Where the labels go; standard output if left out.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("The model's file; the configured or built-in one if left out.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("A configuration, whose labels, rules and model decide.", valueName: "file"))
    var config: String?

    @Flag(help: "Leave the built-in rules out.")
    var modelOnly = false

    @Flag(help: "Add the rule, or the strongest features, behind each label.")
    var explain = false

    func run() throws {
        let judge = try self.judge()
        let sink = try RecordWriter(path: output, isCSV: isCSV)
        var files = ExampleFiles()
        try files.eachRecord(in: input) { record, line in
            guard let example = Example(record, number: line) else { return "nothing to classify in it" }
            try sink.write(row(for: example, record, judge))
            return nil
        }
        try sink.finish()
        if files.problems > 0 { throw ExitCode(1) }
    }

    private var isCSV: Bool { (output ?? input).lowercased().hasSuffix(".csv") }

    private func judge() throws -> OfflineJudge {
        guard let config else { return try OfflineJudge(model: model, rules: !modelOnly) }
        let configured = ConfigurationLoader.load(file: config, environment: ProcessInfo.processInfo.environment, overrides: [])
        for diagnostic in configured.diagnostics { Console.error("\(diagnostic)") }
        if configured.hasErrors { throw ExitCode(1) }
        var options = configured.options.classifier
        if modelOnly { options.builtinRules = false }
        if let model { options.model.source = .file(model) }
        do {
            return try OfflineJudge(options, options.model.load(labels: options.labels))
        } catch let problem as ModelProblem {
            Console.error("slb: \(problem)")
            throw ExitCode(1)
        }
    }

    private func row(for example: Example, _ record: Record, _ judge: OfflineJudge) -> Record {
        let explanation = explain ? judge.explanation(of: example) : nil
        let verdict = explanation?.verdict ?? judge.verdict(on: example)
        var row = Record(names: ["id"], values: [example.id])
        if isCSV {
            for (name, value) in zip(record.names, record.values) where !["id", "label", "confidence", "source"].contains(name) {
                row.names.append(name)
                row.values.append(value)
            }
        }
        row.names += ["label", "confidence", "source"]
        row.values += [
            judge.name(of: verdict.label), ReportText.decimal(Double(verdict.confidence)), verdict.source.name.description,
        ]
        guard let explanation else { return row }
        row.names.append("evidence")
        row.values.append(evidence(explanation))
        return row
    }

    /// JSON, in CSV too.
    private func evidence(_ explanation: Explanation) -> String {
        if let rule = explanation.rule { return "{\"rule\":\(Record.quoted(rule)),\"builtin\":\(explanation.isBuiltin)}" }
        let features = explanation.evidence.map {
            "{\"feature\":\(Record.quoted($0.feature)),\"weight\":\(signed($0.weight))}"
        }
        return "{\"features\":[\(features.joined(separator: ","))]}"
    }

    private func signed(_ value: Double) -> String { value < 0 ? "-\(ReportText.decimal(-value))" : ReportText.decimal(value) }
}
