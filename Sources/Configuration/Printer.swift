/// Options as a document that reads back to the same options. Owns the order and the spelling of
/// the output; YAML's own rules are in `Printer+YAML.swift`.

import Classifier
import LLMClient
import ProxyServer
import Telemetry
import Upstream
import Vocabulary

package enum Printer {
    /// The effective configuration as YAML.
    package static func yaml(_ options: ProxyOptions) -> String { emit(tree(options)) }

    static func tree(_ options: ProxyOptions) -> Tree {
        .mapping(
            [
                (
                    "listeners",
                    Tree(.list(options.listeners.map { .mapping([("address", .text("\($0.address)"))]) }), .defaults)
                ),
                ("admin", admin(options.admin)),
            ] + pairs(Keys.root, options) + [
                ("pools", .mapping(options.pools.map { ($0.name, pool($0)) })),
                ("classifier", classifier(options)),
                ("headers", .mapping(pairs(Keys.headers, options.headers))),
                ("limits", .mapping(pairs(Keys.limits, options.limits))),
                ("timeouts", .mapping(pairs(Keys.timeouts, options.timeouts))),
                (
                    "access_log",
                    .mapping(
                        [("destination", destination(options.accessLog))] + pairs(Keys.accessLog, options.accessLog))
                ),
                ("log", .mapping(pairs(Keys.log, options.log))),
            ])
    }

    private static func pairs<Root>(_ settings: [Setting<Root>], _ root: Root) -> [(String, Tree)] {
        settings.map { ($0.key, $0.write(root)) }
    }

    private static func admin(_ options: AdminOptions) -> Tree {
        .mapping([("address", options.address.map { .text("\($0)") } ?? .plain("off"))] + pairs(Keys.admin, options))
    }

    private static func pool(_ options: PoolOptions) -> Tree {
        .mapping([("endpoints", list(options.endpoints.map(\.url)))] + pairs(Keys.pool, options))
    }

    private static func destination(_ options: AccessLogOptions) -> Tree {
        switch options.destination {
        case .off: .plain("off")
        case .stdout: .plain("stdout")
        case .file(let path): .text(path)
        }
    }

    private static func classifier(_ proxy: ProxyOptions) -> Tree {
        let options = proxy.classifier
        return .mapping(
            [
                ("labels", .mapping(options.labels.map { ($0, .text(options.poolOfLabel[$0] ?? "")) })),
                ("default_label", .text(options.defaultLabel)),
                ("inspect", .mapping(pairs(Keys.inspect, options.inspect))),
                ("cache", .mapping(pairs(Keys.cache, options.cache))),
            ] + pairs(Keys.classifier, options) + [
                ("rules", Tree(.list(options.rules.map(rule)), .defaults)),
                ("model", model(options.model)),
                ("llm", llm(options.llm, proxy.llm)),
                ("journal", .mapping([("path", file(proxy.journal.path))] + pairs(Keys.journal, proxy.journal))),
                ("shadow", .mapping([("path", file(proxy.shadow.path))] + pairs(Keys.shadow, proxy.shadow))),
            ])
    }

    private static func file(_ path: String?) -> Tree { path.map { .text($0) } ?? .plain("off") }

    private static func rule(_ rule: Rule) -> Tree {
        let effect: (String, Tree) =
            switch rule.effect {
            case .label(let label): ("label", .text(label))
            case .llm(let mode): ("llm", .text(mode.rawValue))
            }
        return .mapping([("name", .text(rule.name)), ("match", condition(rule.match)), effect])
    }

    private static func model(_ options: ModelOptions) -> Tree {
        let path: Tree =
            switch options.source {
            case .automatic: .plain("auto")
            case .none: .plain("none")
            case .builtin: .plain("builtin")
            case .file(let path): .text(path)
            }
        return .mapping([("path", path)] + pairs(Keys.model, options))
    }

    private static func llm(_ stage: LLMStageOptions, _ options: LLMOptions) -> Tree {
        var parts: [(String, Tree)] = [("enabled", .plain(stage.isEnabled ? "true" : "false")), ("url", .text(options.url))]
        parts += pairs(Keys.llmStage, stage) + pairs(Keys.llm, options)
        parts.append(("breaker", .mapping(pairs(Keys.breaker, options))))
        let modes = stage.modes.sorted { $0.key < $1.key }
        if !modes.isEmpty { parts.append(("modes", .mapping(modes.map { ($0.key, .text($0.value.rawValue)) }))) }
        let meanings = stage.descriptions.sorted { $0.key < $1.key }
        if !meanings.isEmpty { parts.append(("descriptions", .mapping(meanings.map { ($0.key, .text($0.value)) }))) }
        if !options.examples.isEmpty {
            let examples = options.examples.map {
                Tree.mapping([("request", .text($0.request)), ("label", .text($0.label))])
            }
            parts.append(("examples", Tree(.list(examples), .defaults)))
        }
        // The admin interface shows this page; what stands here instead is refused when it is read.
        if options.token != nil { parts.append(("token", .text(hiddenToken))) }
        if let file = options.tokenFile { parts.append(("token_file", .text(file))) }
        if let file = options.authorityFile { parts.append(("ca", .text(file))) }
        return .mapping(parts)
    }

    static let hiddenToken = "(not shown)"

    static func list(_ texts: [String]) -> Tree { Tree(.list(texts.map { .text($0) }), .defaults) }
}
