/// The way into this room: defaults, then a file, then the environment, then `--set`, to options and
/// everything there is to say about them. Owns that order.

import Classifier
import Foundation
import ProxyServer

package enum ConfigurationLoader {
    /// `file` is what `--config` named; without it `SLB_CONFIG` does, and without that there is none.
    package static func load(
        file: String?, environment: [String: String], overrides: [String]
    ) -> Configured {
        guard let name = file ?? environment["SLB_CONFIG"] else {
            return read("", file: nil, environment: environment, overrides: overrides)
        }
        guard !name.isEmpty else {
            return refused(nil, .environment("SLB_CONFIG"), "is empty; give a file's path or unset it")
        }
        guard let data = FileManager.default.contents(atPath: name) else {
            let exists = FileManager.default.fileExists(atPath: name)
            return refused(name, .defaults, exists ? "cannot be read; change its permissions" : "there is no such file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            return refused(name, .defaults, "is not UTF-8 text")
        }
        return read(text, file: name, environment: environment, overrides: overrides)
    }

    /// As `load`, of a text that is already here; `file` is only its name.
    package static func read(
        _ text: String, file: String?, environment: [String: String], overrides: [String]
    ) -> Configured {
        var reading = YAMLReading { .file(line: $0, column: $1) }
        let given = reading.tree(of: text)
        var diagnostics = reading.problems.map {
            Diagnostic(.error, file: file, origin: .file(line: $0.line, column: $0.column), message: $0.message)
        }
        // An environment variable or `--set` may change a part of what the file does not mention.
        var overlay = Overlay(
            (given ?? Tree(.mapping([]), .defaults)).filled(from: Printer.tree(ProxyOptions())), file: file)
        overlay.apply(environment: environment)
        overlay.apply(overrides: overrides)
        var reader = Reader(file: file)
        let options = reader.read(overlay.tree)
        diagnostics += overlay.diagnostics + reader.diagnostics
        diagnostics += ruleProblems(options, reader, file)
        diagnostics.sort(by: Diagnostic.inReadingOrder)
        return Configured(options: options, diagnostics: diagnostics, file: file)
    }

    /// What compiling finds, at the place where the rule's name stands.
    private static func ruleProblems(_ options: ProxyOptions, _ reader: Reader, _ file: String?) -> [Diagnostic] {
        // Where reading found errors, labels may be missing that rules rightly name.
        guard !reader.diagnostics.contains(where: { $0.severity == .error }) else { return [] }
        let model: Model?
        do throws(ModelProblem) {
            model = try options.classifier.model.load(labels: options.classifier.labels)
        } catch {
            let message = "classifier.model.path: \(error)"
            return [Diagnostic(.error, file: file, origin: reader.modelOrigin, message: message)]
        }
        if let problem = shadowProblem(options) {
            return [Diagnostic(.error, file: file, origin: reader.shadowOrigin, message: "classifier.shadow.path: \(problem)")]
        }
        return Cascade.problems(in: options.classifier, model: model).map { problem in
            let name = problem.rule ?? ""
            let message = problem.rule == nil ? problem.message : "rule \"\(name.clipped)\": \(problem.message)"
            // What is about no rule is about the model: labels have been looked at before.
            let origin = problem.rule == nil ? reader.modelOrigin : reader.ruleOrigins[name] ?? .defaults
            return Diagnostic(.error, file: file, origin: origin, message: message)
        }
    }

    private static func shadowProblem(_ options: ProxyOptions) -> String? {
        do throws(ModelProblem) {
            guard let model = try options.shadow.load() else { return nil }
            var bare = options.classifier
            bare.rules = []
            bare.builtinRules = false
            return Cascade.problems(in: bare, model: model).first?.message
        } catch {
            return "\(error)"
        }
    }

    private static func refused(_ file: String?, _ origin: Origin, _ message: String) -> Configured {
        let diagnostic = Diagnostic(.error, file: file, origin: origin, message: message)
        return Configured(options: ProxyOptions(), diagnostics: [diagnostic], file: file)
    }
}

/// What came out. With errors in `diagnostics` the options are not to be run with.
package struct Configured: Sendable {
    package let options: ProxyOptions
    package let diagnostics: [Diagnostic]
    /// The name of the file that was read, if any.
    package let file: String?

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Tree {
    /// Puts in the parts that are replaced as a whole and are not given.
    fileprivate func filled(from defaults: Tree) -> Tree {
        var tree = isNull ? Tree(.mapping([]), origin) : self
        for path in [["listeners"], ["pools"], ["classifier", "labels"]] {
            guard let value = path.reduce(defaults, { $0?[$1] }), path.reduce(tree, { $0?[$1] }) == nil else {
                continue
            }
            // Where there is no mapping to put it in, the reader says so.
            try? tree.set(path[...], to: value)
        }
        return tree
    }
}
