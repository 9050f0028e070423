/// The manual is complete and true, printing reads back, and no text brings the reader down.

import Classifier
import Foundation
import LLMClient
import ProxyServer
import Telemetry
import Testing
import Vocabulary

@testable import Configuration

@Suite struct ManualTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config/slb.yaml").path(percentEncoded: false)

    /// The manual with its commented-out settings in force.
    private func uncommented() throws -> String {
        let manual = try String(contentsOfFile: Self.path, encoding: .utf8)
        return manual.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            guard rest.first == "#", rest.dropFirst().first != " ", rest.count > 1 else { return String(line) }
            return String(indent + rest.dropFirst())
        }.joined(separator: "\n")
    }

    /// The paths of all keys in a tree, as they stand in `Keys`.
    private func paths(_ tree: Tree, _ prefix: String, into found: inout Set<String>) {
        if let items = tree.items {
            let inConditions = prefix.hasPrefix("classifier.rules[].match.")
            for item in items { paths(item, inConditions ? prefix : prefix + "[]", into: &found) }
        }
        for entry in tree.entries ?? [] {
            let named = [
                "pools", "classifier.labels", "classifier.llm.modes", "classifier.llm.descriptions", "classifier.rules[].match.header", "classifier.rules[].match.query",
            ].contains(prefix)
            let path = named ? prefix + ".*" : prefix.isEmpty ? entry.key : prefix + "." + entry.key
            if !named { found.insert(path) }
            let nested = ["all", "any", "not"].contains { path == "classifier.rules[].match.\($0)" }
            if !nested { paths(entry.value, path, into: &found) }
        }
    }

    @Test func asItStandsItIsTheDefault() {
        let configured = ConfigurationLoader.load(file: Self.path, environment: [:], overrides: [])
        #expect(configured.diagnostics.isEmpty, "\(configured.diagnostics)")
        #expect(configured.options == ProxyOptions())
    }

    @Test func everyKeyIsInIt() throws {
        var reading = YAMLReading { .file(line: $0, column: $1) }
        let read = reading.tree(of: try uncommented())
        let tree = try #require(read)
        #expect(reading.problems.isEmpty)
        var found: Set<String> = []
        paths(tree, "", into: &found)
        #expect(found.subtracting(Keys.all) == [])
        #expect(Set(Keys.all).subtracting(found) == [])
        #expect(Set(Keys.all).count == Keys.all.count)
    }

    @Test func itsExamplesAreValid() throws {
        let said = said(try uncommented())
        #expect(said.count == 5)
        // Files that are not there, and a token twice.
        #expect(said.allSatisfy { $0.contains("tls") || $0.contains("llm.token") || $0.contains("llm.ca") }, "\(said)")
    }

    @Test func itNamesEveryFieldOfTheAccessLog() throws {
        let words = Set(try String(contentsOfFile: Self.path, encoding: .utf8).split { !($0.isLetter || $0 == "_") }.map(String.init))
        #expect(AccessLogFields.names.filter { !words.contains($0) } == [])
    }

    @Test func printingReadsBack() throws {
        #expect(options(Printer.yaml(ProxyOptions())) == ProxyOptions())
        var changed = options(
            try uncommented().replacing(
                "    tls:\n      certificate: tls/cert.pem\n      private_key: tls/key.pem\n", with: ""
            ).replacing("    token: secret\n    token_file: llm.token\n", with: "")
                .replacing("    ca: llm-ca.pem\n", with: ""))
        changed.admin.address = nil
        changed.workers = 3
        changed.listeners.append(ListenerOptions(address: .unix(path: "/run/a b.sock")))
        changed.limits.body = 123_457
        changed.limits.requestsPerConnection = 7
        changed.timeouts.drain = Interval(nanoseconds: 1_234_000)
        changed.accessLog.destination = .file("/var/log/\"slb\": #1\n.log")
        changed.accessLog.format = .combined
        #expect(!changed.classifier.rules.isEmpty)
        changed.classifier.model.source = .none
        changed.classifier.llm.isEnabled = true
        changed.llm.breakerFailures = 9
        changed.journal.path = "/var/lib/slb/journal"
        changed.journal.content = .none
        changed.journal.sample = 0.25
        changed.headers.routeExplain = true
        #expect(changed.classifier.rules.contains { $0.llm == .off })
        #expect(changed.classifier.llm.modes.count == 2)
        #expect(changed.classifier.llm.descriptions.count == 1)
        #expect(changed.llm.examples.count == 1)
        #expect(options(Printer.yaml(changed)) == changed, "\(Printer.yaml(changed))")
    }

    /// The admin interface shows what is printed.
    @Test func printingTellsNoSecret() {
        let printed = Printer.yaml(options("classifier: { llm: { token: hush } }"))
        #expect(!printed.contains("hush"))
        #expect(said(printed).contains { $0.contains("the LLM's token") })
    }

    /// A mapping is no scalar and a number no mapping: a key that does not mind is not read.
    @Test func everyScalarKeyIsRead() {
        let names = Keys.all.filter {
            !$0.contains("[]") && !$0.contains("*") && Keys.children(of: $0).isEmpty && $0 != "classifier.labels"
                && $0 != "pools" && $0 != "listeners" && $0 != "classifier.rules"
                && $0 != "classifier.llm.modes" && $0 != "classifier.llm.descriptions"
        }
        #expect(names.count > 30)
        for name in names {
            let said = said("", [:], ["\(name)={ bogus: 1 }"])
            #expect(said.contains { $0.contains("\(name): expected") }, "\(name): \(said)")
        }
    }

    @Test func randomTextNeverBringsItDown() throws {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let scalars = Array(try uncommented().unicodeScalars)
        let noise = Array("{}[]:,-?&*!|>'\"%@`#\n\t\r ~<0.é\u{2028}\u{0}".unicodeScalars)
        for _ in 0..<300 {
            let start = random(scalars.count)
            var text = Array(scalars[start..<min(scalars.count, start + random(1500))])
            for _ in 0..<random(12) where !text.isEmpty {
                let place = random(text.count)
                switch random(3) {
                case 0: text[place] = noise[random(noise.count)]
                case 1: text.insert(noise[random(noise.count)], at: place)
                default: text.remove(at: place)
                }
            }
            let string = String(String.UnicodeScalarView(text))
            let configured = ConfigurationLoader.read(
                string, file: "f", environment: [:], overrides: [string, "a.b=\(string)"])
            #expect(configured.hasErrors)
            #expect(configured.diagnostics.allSatisfy { !$0.message.isEmpty })
        }
    }
}
