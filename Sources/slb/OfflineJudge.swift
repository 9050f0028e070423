/// The cascade without a proxy around it: what `slb run` would decide with these rules and this model, one
/// request at a time.

import ArgumentParser
import Classifier
import ProxyServer
import Reactor
import Training
import Vocabulary

final class OfflineJudge {
    private let cascade: Cascade
    private let scratch: Scratch
    private let window: Int

    /// `model`: a file, or nil for the built-in one.
    convenience init(model: String?, rules: Bool) throws {
        var options = ClassifierOptions()
        options.builtinRules = rules
        if let model { options.model.source = .file(model) }
        let loaded: Model?
        do throws(ModelProblem) { loaded = try options.model.load(labels: options.labels) } catch {
            Console.error("slb: \(error)")
            throw ExitCode(1)
        }
        if let loaded, model != nil { Self.take(labels: loaded.facts.labels, into: &options) }
        try self.init(options, loaded)
    }

    init(_ options: ClassifierOptions, _ model: Model?) throws {
        var options = options
        options.cache.entries = 0
        do throws(RuleProblems) { cascade = try Cascade(options: options, model: model, seed: (0, 0)) } catch {
            Console.error("slb: \(error)")
            throw ExitCode(1)
        }
        scratch = cascade.makeScratch()
        window = options.inspect.body
    }

    /// Another model's labels take the place of the usual ones; its commonest is the default.
    private static func take(labels: [String], into options: inout ClassifierOptions) {
        guard labels.contains(where: { !options.labels.contains($0) }) else { return }
        options.labels = labels
        options.poolOfLabel = [:]
        options.defaultLabel = labels[0]
        // Below this share it says no more than chance.
        options.model.guessConfidence = 0
    }

    var labels: [String] { cascade.labels.names }

    func name(of label: Label) -> String { cascade.labels.name(of: label) }

    func verdict(on example: Example) -> Verdict {
        example.withView(window: window) { view, isComplete in
            cascade.classify(view, bodyComplete: isComplete, now: Clock.now, scratch: scratch)
        }
    }

    func explanation(of example: Example) -> Explanation {
        example.withView(window: window) { view, isComplete in
            cascade.explain(view, bodyComplete: isComplete, scratch: scratch)
        }
    }
}
