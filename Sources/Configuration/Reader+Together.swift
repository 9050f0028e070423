/// Checks what is right by itself but not with the rest: labels and pools, admin and listeners,
/// limits among themselves.

import Classifier
import ProxyServer
import Upstream
import Vocabulary

extension Reader {
    mutating func checkTogether(_ options: ProxyOptions, _ tree: Tree) {
        checkLabels(options, tree)
        checkAdmin(options, tree)
        let limits = options.limits
        if limits.uri > limits.head {
            let place = tree["limits"]?["uri"] ?? tree["limits"]?["head"]
            fail(
                place?.origin ?? .defaults,
                "limits.uri: \(Quantity.text(size: UInt64(limits.uri))) is more than limits.head (\(Quantity.text(size: UInt64(limits.head)))), which the URI is a part of; lower uri or raise head"
            )
        }
    }

    /// Defaults have no place; what contradicts them does.
    private mutating func checkLabels(_ options: ProxyOptions, _ tree: Tree) {
        let classifier = options.classifier
        let pools = options.pools.map(\.name)
        let labels = tree["classifier"]?["labels"]
        for label in classifier.labels {
            guard let pool = classifier.poolOfLabel[label], !pools.contains(pool) else { continue }
            let place = Self.firstGiven(labels?[label]?.origin, tree.entry("pools")?.keyOrigin)
            fail(
                place,
                "classifier.labels.\(label.clipped): there is no pool \"\(pool.clipped)\"; \(Spelling.hint(for: pool, in: pools, called: "the pools"))"
            )
        }
        if !classifier.labels.contains(classifier.defaultLabel) {
            let place = Self.firstGiven(
                tree["classifier"]?["default_label"]?.origin, tree["classifier"]?.entry("labels")?.keyOrigin)
            fail(
                place,
                "classifier.default_label: \"\(classifier.defaultLabel.clipped)\" is not a label; \(Spelling.hint(for: classifier.defaultLabel, in: classifier.labels, called: "the labels"))"
            )
        }
        for entry in tree["pools"]?.entries ?? [] where !classifier.poolOfLabel.values.contains(entry.key) {
            warn(entry.keyOrigin, "pools.\(entry.key.clipped) serves no label; name it in classifier.labels")
        }
    }

    private mutating func checkAdmin(_ options: ProxyOptions, _ tree: Tree) {
        guard let admin = options.admin.address else { return }
        guard let listener = options.listeners.first(where: { $0.address.collides(with: admin) }) else { return }
        let place = Self.firstGiven(tree["admin"]?["address"]?.origin, tree.entry("listeners")?.keyOrigin)
        fail(place, "admin.address: \(admin) collides with the listener \(listener.address); use another port")
    }

    private static func firstGiven(_ origins: Origin?...) -> Origin {
        origins.lazy.compactMap { $0 }.first { $0 != .defaults } ?? .defaults
    }
}
