/// Options as a document that reads back to the same options. Owns the order and the spelling of
/// the output; YAML's own rules are in `Printer+YAML.swift`.

import Classifier
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
                ("classifier", classifier(options.classifier)),
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

    private static func classifier(_ options: ClassifierOptions) -> Tree {
        .mapping(
            [
                ("labels", .mapping(options.labels.map { ($0, .text(options.poolOfLabel[$0] ?? "")) })),
                ("default_label", .text(options.defaultLabel)),
                ("inspect", .mapping(pairs(Keys.inspect, options.inspect))),
                ("cache", .mapping(pairs(Keys.cache, options.cache))),
            ] + pairs(Keys.classifier, options) + [
                ("rules", Tree(.list(options.rules.map(rule)), .defaults))
            ])
    }

    private static func rule(_ rule: Rule) -> Tree {
        .mapping([("name", .text(rule.name)), ("match", condition(rule.match)), ("label", .text(rule.label ?? ""))])
    }

    static func list(_ texts: [String]) -> Tree { Tree(.list(texts.map { .text($0) }), .defaults) }
}
