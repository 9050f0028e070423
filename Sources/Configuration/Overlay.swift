/// The environment variables and `--set`, laid over the file's tree as edits. Owns their names and
/// what they stand for; the values are judged by the reader like any other.

import Foundation
import Vocabulary

struct Overlay {
    let file: String?
    private(set) var tree: Tree
    private(set) var diagnostics: [Diagnostic] = []

    init(_ tree: Tree, file: String?) {
        self.tree = tree
        self.file = file
    }

    /// Label by the variable that replaces its pool's endpoints.
    static let pools = [
        ("FAST_PATH_POOL", "fast-path"), ("HIGH_COMPUTE_POOL", "high-compute"), ("GENERAL_POOL", "general"),
    ]
    /// Keys by the variable that sets them as they stand.
    static let values = [
        ("CACHE_MAXSIZE", "classifier.cache.entries"), ("OLLAMA_BASE_URL", "classifier.llm.url"),
        ("OLLAMA_MODEL", "classifier.llm.model"), ("CONFIDENCE_THRESHOLD", "classifier.model.min_confidence"),
    ]
    /// Keys by the variable that gives them in seconds.
    static let seconds = [
        ("CACHE_TTL_SECONDS", "classifier.cache.ttl"), ("CLASSIFY_TIMEOUT_SECONDS", "classifier.llm.deadline"),
    ]

    /// In a fixed order, so that messages come in one.
    mutating func apply(environment: [String: String]) {
        for (name, key) in Self.values { value(name, environment) { _ in key } }
        value("LOG_LEVEL", environment) {
            $0 = $0.lowercased()
            return "log.level"
        }
        for (name, key) in Self.seconds {
            value(name, environment) { text in
                guard Reader.number(text) != nil, Quantity.duration(text + "s") != nil else { return nil }
                text += "s"
                return key
            }
        }
        for (name, label) in Self.pools where environment[name] != nil { pool(name, label, environment) }
        if environment["PROXY_PORT"] != nil { listenerPort(environment) }
        if environment["METRICS_PORT"] != nil { adminPort(environment) }
    }

    /// `nil` from `key`: the text is not a number of seconds.
    private mutating func value(_ name: String, _ environment: [String: String], _ key: (inout String) -> String?) {
        guard var text = environment[name] else { return }
        let origin = Origin.environment(name)
        guard !text.isEmpty else { return fail(origin, "is empty; give a value or unset it") }
        guard let path = key(&text) else {
            return fail(origin, "expected a number of seconds, found \"\(text.clipped)\"")
        }
        set(path, .text(text, origin), origin)
    }

    private mutating func pool(_ name: String, _ label: String, _ environment: [String: String]) {
        let origin = Origin.environment(name)
        let urls = (environment[name] ?? "").split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard urls.allSatisfy({ !$0.isEmpty }) else {
            return fail(
                origin, "expected endpoints separated by commas, as http://127.0.0.1:9001,http://127.0.0.1:9002")
        }
        guard let pool = tree["classifier"]?["labels"]?[label]?.scalar else {
            return fail(origin, "there is no label \"\(label)\" in classifier.labels; unset it or add the label")
        }
        set(["pools", pool, "endpoints"], Tree(.list(urls.map { .text($0, origin) }), origin), origin)
    }

    private mutating func listenerPort(_ environment: [String: String]) {
        let origin = Origin.environment("PROXY_PORT")
        guard let port = port("PROXY_PORT", environment) else { return }
        guard let text = tree["listeners"]?.items?.first?["address"]?.scalar else {
            return set(["listeners", "0", "address"], .text("0.0.0.0:\(port)", origin), origin)
        }
        guard let address = try? AddressText.listener(text) else { return }
        guard case .inet(let host, _) = address else {
            return fail(
                origin,
                "the first listener is a Unix socket (\(text.clipped)) and has no port; unset it or change the listener"
            )
        }
        set(["listeners", "0", "address"], .text("\(Address.inet(host: host, port: port))", origin), origin)
    }

    private mutating func adminPort(_ environment: [String: String]) {
        let origin = Origin.environment("METRICS_PORT")
        guard let port = port("METRICS_PORT", environment) else { return }
        let admin = tree["admin"]
        guard admin?.scalar == nil || admin?.isNull == true else { return warnAdminIsOff(origin) }
        guard let place = admin?["address"] else {
            return set(["admin", "address"], .text("127.0.0.1:\(port)", origin), origin)
        }
        guard place.truth != false, place.scalar != "off" else { return warnAdminIsOff(origin) }
        guard let text = place.scalar, let address = try? AddressText.listener(text) else { return }
        guard case .inet(let host, _) = address else {
            return fail(
                origin,
                "the admin listener is a Unix socket (\(text.clipped)) and has no port; unset it or change admin.address"
            )
        }
        set(["admin", "address"], .text("\(Address.inet(host: host, port: port))", origin), origin)
    }

    private mutating func warnAdminIsOff(_ origin: Origin) {
        diagnostics.append(
            Diagnostic(.warning, file: file, origin: origin, message: "has no effect: the admin listener is off"))
    }

    private mutating func port(_ name: String, _ environment: [String: String]) -> UInt16? {
        let text = environment[name] ?? ""
        guard let count = Quantity.count(text), let port = UInt16(exactly: count) else {
            fail(.environment(name), "expected a port from 0 to 65535, found \"\(text.clipped)\"")
            return nil
        }
        return port
    }

    // MARK: --set

    mutating func apply(overrides: [String]) {
        for assignment in overrides { apply(assignment) }
    }

    private mutating func apply(_ assignment: String) {
        let origin = Origin.override(assignment.clipped)
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
            return fail(origin, "expected key.path=value, as limits.head=64KiB")
        }
        let path = assignment[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }), path.count <= YAMLReading.maximumDepth else {
            return fail(
                origin,
                "\"\(String(assignment[..<equals]).clipped)\" is not a key; keys are joined by single dots, as pools.general.endpoints"
            )
        }
        var reading = YAMLReading { _, _ in origin }
        let value = reading.tree(of: String(assignment[assignment.index(after: equals)...]))
        for problem in reading.problems { fail(origin, problem.message) }
        if reading.problems.isEmpty { set(path, value ?? .plain("", origin), origin) }
    }

    private mutating func set(_ path: String, _ value: Tree, _ origin: Origin) {
        set(path.split(separator: ".").map(String.init), value, origin)
    }

    private mutating func set(_ path: [String], _ value: Tree, _ origin: Origin) {
        do {
            try tree.set(path[...], to: value)
        } catch {
            switch error {
            case .notAContainer(let key):
                fail(origin, "\"\(key.clipped)\" cannot be set: what it would be a part of is a single value")
            case .badIndex(let key, let count):
                fail(origin, "\"\(key.clipped)\" is not an index; the list takes 0 to \(count)")
            }
        }
    }

    private mutating func fail(_ origin: Origin, _ message: String) {
        diagnostics.append(Diagnostic(.error, file: file, origin: origin, message: message))
    }
}
