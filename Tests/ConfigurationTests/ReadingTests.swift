/// Bad configurations and exactly what is said of them, with the place.

import Classifier
import ProxyServer
import Testing
import Upstream
import Vocabulary

@testable import Configuration

/// What is said of a text, the environment and `--set`, one line each.
func said(_ text: String, _ environment: [String: String] = [:], _ overrides: [String] = []) -> [String] {
    ConfigurationLoader.read(text, file: "f", environment: environment, overrides: overrides).diagnostics.map(
        \.description)
}

func options(_ text: String, _ environment: [String: String] = [:], _ overrides: [String] = []) -> ProxyOptions {
    let configured = ConfigurationLoader.read(text, file: "f", environment: environment, overrides: overrides)
    #expect(!configured.hasErrors, "\(configured.diagnostics)")
    return configured.options
}

@Suite struct ReadingTests {
    @Test(arguments: [
        ("limit: {}", "f:1:1: unknown key \"limit\"; did you mean \"limits\"?"),
        ("limits: { heads: 1 }", "f:1:11: unknown key \"heads\" in limits; did you mean \"head\"?"),
        ("log: { xyzzy: 1 }", "f:1:8: unknown key \"xyzzy\" in log; the keys here: level"),
        ("- a", "f:1:1: the configuration: expected a mapping (key: value), found a list"),
        ("limits: 5", "f:1:9: limits: expected a mapping (key: value), found \"5\""),
        ("limits: { head: 16kb }", "f:1:17: limits.head: expected a size as 16KiB, 1MB or plain bytes, found \"16kb\""),
        ("limits: { head: 1 }", "f:1:17: limits.head: 1 is out of range; use 512 to 1MiB"),
        ("limits: { headers: many }", "f:1:20: limits.headers: expected a whole number, found \"many\""),
        ("limits: { headers: 0x10 }", "f:1:20: limits.headers: expected a whole number, found \"0x10\""),
        (
            "limits: { uri: 64KiB }",
            "f:1:16: limits.uri: 64KiB is more than limits.head (32KiB), which the URI is a part of; lower uri or raise head"
        ),
        (
            "timeouts: { drain: 30 }",
            "f:1:20: timeouts.drain: expected a duration with its unit as 250ms, 5s, 1m or 2h, found \"30\""
        ),
        (
            "timeouts:\n  connect: -1s",
            "f:2:12: timeouts.connect: expected a duration with its unit as 250ms, 5s, 1m or 2h, found \"-1s\""
        ),
        ("workers: 0", "f:1:10: workers: 0 is out of range; use 1 to 256"),
        ("workers: autp", "f:1:10: workers: expected a whole number or auto, found \"autp\""),
        ("headers: { via: maybe }", "f:1:17: headers.via: expected true or false, found \"maybe\""),
        (
            "log: { level: warn }",
            "f:1:15: log.level: \"warn\" is not possible here; the choices: trace, debug, info, notice, warning, error, critical"
        ),
        ("log: { level: inof }", "f:1:15: log.level: \"inof\" is not possible here; did you mean \"info\"?"),
        ("log: ]", "f:1:6: not YAML: did not find expected node content while parsing a block node at line 1"),
        (
            "listeners: []",
            "f:1:12: listeners: expected a list of at least one listener, as [{ address: 0.0.0.0:8080 }], found an empty list"
        ),
        (
            "listeners: [{ address: localhost }]",
            "f:1:24: listeners[0].address: \"localhost\" has no port; write host:port, as 0.0.0.0:8080"
        ),
        (
            "listeners: [{ address: 0.0.0.0:70000 }]",
            "f:1:24: listeners[0].address: \"70000\" is not a port; a port is a number from 0 to 65535"
        ),
        (
            "listeners: [{ address: \"::1:80\" }]",
            "f:1:24: listeners[0].address: \"::1:80\": write an IPv6 address in brackets, as [::1]:8080"
        ),
        (
            "listeners: [{ address: 1.2.3.400:80 }]",
            "f:1:24: listeners[0].address: \"1.2.3.400\" is not an IPv4 address"
        ),
        (
            "listeners: [{ address: \"http://a:80\" }]",
            "f:1:24: listeners[0].address: \"http://a:80\" is a URL; write it without \"http://\", as host:port"
        ),
        (
            "listeners: [{ address: \"unix:a\" }]",
            "f:1:24: listeners[0].address: \"unix:a\" must be an absolute path, as unix:/run/slb.sock"
        ),
        ("listeners: [{}]", "f:1:13: listeners[0]: a listener needs an address, as address: 0.0.0.0:8080"),
        (
            "listeners: [{ address: 8080 }, { address: 127.0.0.1:8080 }]",
            "f:1:32: listeners[1].address: 127.0.0.1:8080 collides with 0.0.0.0:8080 of another listener; use another port"
        ),
        (
            "admin: { address: 127.0.0.1:8080 }",
            "f:1:19: admin.address: 127.0.0.1:8080 collides with the listener 0.0.0.0:8080; use another port"
        ),
        (
            "listeners: [{ address: 80, tls: { certificate: /none/c.pem } }]",
            "f:1:33: listeners[0].tls: needs private_key, a PEM file's path"
        ),
        (
            "listeners: [{ address: 80, tls: { certificate: /dev/null, private_key: /dev/null } }]",
            "f:1:28: listeners[0].tls: TLS listeners are not available in this version; remove tls"
        ),
        (
            "listeners: [{ address: 80, tls: { certificate: /none/c.pem, private_key: /dev/null } }]",
            "f:1:48: listeners[0].tls.certificate: there is no file \"/none/c.pem\"; give the path of a PEM file"
        ),
        (
            "classifier: { default_label: generl }",
            "f:1:30: classifier.default_label: \"generl\" is not a label; did you mean \"general\"?"
        ),
        (
            "classifier: { model: { path: /none/m.bin } }",
            "f:1:30: classifier.model.path: /none/m.bin: No such file or directory"
        ),
        (
            "classifier: { shadow: { path: /none/m.bin } }",
            "f:1:31: classifier.shadow.path: /none/m.bin: No such file or directory"
        ),
        (
            "classifier: { journal: { size: 1KiB } }",
            "f:1:32: classifier.journal.size: 1KiB is out of range; use 64KiB to 1TiB"
        ),
        (
            "pools: { general: { endpoints: http://a } }\nclassifier: { labels: { general: general }, model: { path: builtin } }",
            "f:2:60: the model's label 'fast-path' is not a label; add it, or train a model with these labels"
        ),
        (
            "classifier: { llm: { modes: { fastpath: wait } } }",
            "f:1:31: classifier.llm.modes: \"fastpath\" is not a label; did you mean \"fast-path\"?"
        ),
        (
            "classifier: { llm: { modes: { general: waits } } }",
            "f:1:40: classifier.llm.modes.general: \"waits\" is not possible here; did you mean \"wait\"?"
        ),
        (
            "classifier: { llm: { token: a, token_file: /dev/null } }",
            "f:1:44: classifier.llm.token_file: there is a token too; remove one"
        ),
        (
            "classifier: { llm: { token_file: /none/t } }",
            "f:1:34: classifier.llm.token_file: there is no file \"/none/t\"; give the path of a file that holds the token"
        ),
        (
            "classifier: { llm: { keep_alive: long } }",
            "f:1:20: classifier.llm: the LLM's keep_alive is no duration such as 30m, -1 or 0: 'long'"
        ),
        (
            "classifier: { llm: { examples: [{ request: x }] } }",
            "f:1:33: classifier.llm.examples[0]: an example needs request and label, as { request: GET /health, label: fast-path }"
        ),
        (
            "classifier: { rules: [{ name: r, match: { path: x }, label: general, llm: off }] }",
            "f:1:61: classifier.rules[0]: a rule that gives a label asks nobody; remove label or llm"
        ),
        (
            "classifier: { rules: [{ name: r, match: { path: x }, llm: of }] }",
            "f:1:59: classifier.rules[0].llm: \"of\" is not possible here; did you mean \"off\"?"
        ),
    ]) func oneMistake(_ text: String, _ message: String) {
        #expect(said(text).first == message)
    }

    @Test(arguments: [
        ("https://a", "\"https://a\": TLS to upstreams is not available in this version; use http://"),
        ("ftp://a", "\"ftp://a\" is not an endpoint; write http://host:port or unix:/path"),
        (
            "http://a/b",
            "\"http://a/b\" goes on after the host (\"/\"); an endpoint is a host and a port, the path is the client's"
        ),
        (
            "http://a?b",
            "\"http://a?b\" goes on after the host (\"?\"); an endpoint is a host and a port, the path is the client's"
        ),
        ("http://u:p@a", "\"http://u:p@a\" names a user; endpoints take no credentials"),
        ("http://", "\"http://\" has no host; write http://host:port"),
        ("http://a:0", "\"0\" is not a port; a port is a number from 1 to 65535"),
        ("http://a_b..c:1", "\"a_b..c\" is not a host name"),
        ("http://[::1:1", "\"[::1:1\" lacks the closing ]"),
    ]) func badEndpoint(_ url: String, _ message: String) {
        let text =
            "pools: { fast-path: { endpoints: http://a }, high-compute: { endpoints: http://a }, general: { endpoints: [\"\(url)\"] } }"
        #expect(said(text) == ["f:1:108: pools.general.endpoints: \(message)"])
    }

    @Test func endpointsAndAddresses() throws {
        #expect(
            try AddressText.endpoint("http://h")
                == EndpointOptions(url: "http://h", address: .inet(host: "h", port: 80)))
        #expect(
            try AddressText.endpoint("http://[::1]:9/")
                == EndpointOptions(url: "http://[::1]:9", address: .inet(host: "::1", port: 9)))
        #expect(try AddressText.endpoint("unix:/a b").address == .unix(path: "/a b"))
        #expect(try AddressText.listener(":81") == .inet(host: "0.0.0.0", port: 81))
        #expect(try AddressText.listener("81") == .inet(host: "0.0.0.0", port: 81))
        #expect(try AddressText.listener("[::]:81") == .inet(host: "::", port: 81))
        #expect(try AddressText.listener("a.b:0") == .inet(host: "a.b", port: 0))
        #expect(throws: AddressText.Refusal.self) {
            try AddressText.listener("unix:/" + String(repeating: "a", count: 107))
        }
    }

    @Test func everyMistakeAtOnceInOrder() {
        let text = """
            limits:
              head: big
              head: 16KiB
            limits: {}
            pools:
              a: {}
            """
        #expect(
            said(text) == [
                "f:2:9: limits.head: expected a size as 16KiB, 1MB or plain bytes, found \"big\"",
                "f:3:3: duplicate key \"head\", first given at line 2; remove one",
                "f:4:1: duplicate key \"limits\", first given at line 1; remove one",
                "f:5:1: classifier.labels.fast-path: there is no pool \"fast-path\"; the pools: a",
                "f:5:1: classifier.labels.high-compute: there is no pool \"high-compute\"; the pools: a",
                "f:5:1: classifier.labels.general: there is no pool \"general\"; the pools: a",
                "f:6:3: pools.a: a pool needs endpoints, as endpoints: [\"http://127.0.0.1:9001\"]",
                "f:6:3: warning: pools.a serves no label; name it in classifier.labels",
            ])
    }

    @Test func emptyIsDefault() {
        for text in ["", "# nothing\n", "---\n", "~", "\u{FEFF}", "limits:\n"] {
            #expect(options(text) == ProxyOptions())
        }
    }

    @Test func anchorsAndMerge() {
        let text = """
            pools:
              fast-path: &base { endpoints: "http://a:1", idle_timeout: 5s }
              high-compute: { <<: *base, idle_timeout: 7s }
              general: *base
            """
        let pools = options(text).pools
        #expect(pools.map(\.idleTimeout) == [.seconds(5), .seconds(7), .seconds(5)])
        #expect(pools.allSatisfy { $0.endpoints.map(\.url) == ["http://a:1"] })
    }

    @Test func aliasesDoNotMultiply() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(said(text).contains { $0.contains("nested too deep or expanded too far") })
        #expect(
            said(String(repeating: "[", count: 500) + String(repeating: "]", count: 500)).contains {
                $0.contains("nested too deep")
            })
        #expect(!said(String(repeating: "- ", count: 100_000)).isEmpty)
    }

    @Test func quantities() {
        #expect(Quantity.duration("1.5s") == .milliseconds(1500))
        #expect(Quantity.duration("90m") == .seconds(5400))
        #expect(Quantity.duration("250us") == Interval(nanoseconds: 250_000))
        for bad in ["", "s", "1", "1.s", "1.0000001s", "1 day", "99999999999999h", "١s", "1e3s"] {
            #expect(Quantity.duration(bad) == nil, "\(bad)")
        }
        #expect(Quantity.size("16KiB") == 16384)
        #expect(Quantity.size("2KB") == 2000)
        #expect(Quantity.size("100B") == 100)
        for bad in ["", "K", "1k", "1.5KiB", "-1", "99999999TiB", "18446744073709551616"] {
            #expect(Quantity.size(bad) == nil, "\(bad)")
        }
    }

    @Test func nearness() {
        #expect(Spelling.nearest(to: "hight-compute", in: ["fast-path", "high-compute"]) == "high-compute")
        #expect(Spelling.nearest(to: "ehad", in: ["head", "uri"]) == "head")
        #expect(Spelling.nearest(to: "zzzzz", in: ["head", "uri"]) == nil)
    }
}
