/// Defaults, then the file, then the environment, then `--set`; and what is said of the latter two.

import Classifier
import LLMClient
import ProxyServer
import Testing
import Upstream
import Vocabulary

@testable import Configuration

@Suite struct PrecedenceTests {
    @Test func laterWins() {
        let file = "classifier: { cache: { entries: 1 } }"
        let environment = ["CACHE_MAXSIZE": "2"]
        let overrides = ["classifier.cache.entries=3"]
        #expect(options("").classifier.cache.entries == 65536)
        #expect(options(file).classifier.cache.entries == 1)
        #expect(options(file, environment).classifier.cache.entries == 2)
        #expect(options(file, environment, overrides).classifier.cache.entries == 3)
        #expect(options(file, [:], overrides + ["classifier.cache.entries=4"]).classifier.cache.entries == 4)
    }

    @Test func environment() {
        let configured = ConfigurationLoader.read(
            "", file: nil,
            environment: [
                "PROXY_PORT": "81", "METRICS_PORT": "82", "FAST_PATH_POOL": "http://a:1, http://b:2",
                "HIGH_COMPUTE_POOL": "unix:/s",
                "GENERAL_POOL": "http://c", "CACHE_TTL_SECONDS": "1.5", "LOG_LEVEL": "DEBUG", "HOME": "/",
                "OLLAMA_BASE_URL": "http://o:1", "OLLAMA_MODEL": "mistral", "CONFIDENCE_THRESHOLD": "0.5",
                "CLASSIFY_TIMEOUT_SECONDS": "2",
            ], overrides: [])
        #expect(!configured.hasErrors)
        #expect(configured.diagnostics.isEmpty)
        let options = configured.options
        #expect(options.listeners.map(\.address) == [.inet(host: "0.0.0.0", port: 81)])
        #expect(options.admin.address == .inet(host: "127.0.0.1", port: 82))
        #expect(
            options.pools.map { $0.endpoints.map(\.url) } == [["http://a:1", "http://b:2"], ["unix:/s"], ["http://c"]])
        #expect(options.classifier.cache.ttl == .milliseconds(1500))
        #expect(options.log.level == "debug")
        #expect(options.classifier.llm.isEnabled)
        #expect(options.llm.url == "http://o:1")
        #expect(options.llm.model == "mistral")
        #expect(options.llm.deadline == .seconds(2))
        #expect(options.classifier.model.minConfidence == 0.5)
    }

    /// A deadline alone is no wish for a language model, and "no" in the file holds.
    @Test(arguments: [
        ("", [:], false),
        ("classifier: { llm: }", [:], true),
        ("classifier: { llm: {} }", ["CLASSIFY_TIMEOUT_SECONDS": "1"], true),
        ("classifier: { llm: { deadline: 1s } }", [:], true),
        ("", ["CLASSIFY_TIMEOUT_SECONDS": "1"], false),
        ("", ["OLLAMA_MODEL": "m"], true),
        ("", ["OLLAMA_BASE_URL": "http://h", "CLASSIFY_TIMEOUT_SECONDS": "1"], true),
        ("classifier: { llm: { enabled: false } }", ["OLLAMA_MODEL": "m"], false),
    ]) func theLanguageModelIsThereIfItIsNamed(_ text: String, _ environment: [String: String], _ isEnabled: Bool) {
        #expect(options(text, environment).classifier.llm.isEnabled == isEnabled)
    }

    @Test func portsKeepTheHost() {
        let text = "listeners: [{ address: '[::1]:1' }, { address: 2 }]\nadmin: { address: 0.0.0.0:3 }"
        let options = options(text, ["PROXY_PORT": "81", "METRICS_PORT": "82"])
        #expect(options.listeners.map(\.address) == [.inet(host: "::1", port: 81), .inet(host: "0.0.0.0", port: 2)])
        #expect(options.admin.address == .inet(host: "0.0.0.0", port: 82))
    }

    @Test func aPoolVariableFollowsTheLabel() {
        let text =
            "pools: { slow: { endpoints: http://a }, x: { endpoints: http://b } }\nclassifier: { labels: { high-compute: slow, general: x } }"
        #expect(
            options(text, ["HIGH_COMPUTE_POOL": "http://z"]).pools.map { $0.endpoints.map(\.url) } == [
                ["http://z"], ["http://b"],
            ])
        #expect(
            said(text, ["FAST_PATH_POOL": "http://z"]) == [
                "FAST_PATH_POOL: there is no label \"fast-path\" in classifier.labels; unset it or add the label"
            ])
    }

    @Test(arguments: [
        ("PROXY_PORT", "x", "PROXY_PORT: expected a port from 0 to 65535, found \"x\""),
        ("METRICS_PORT", "70000", "METRICS_PORT: expected a port from 0 to 65535, found \"70000\""),
        (
            "METRICS_PORT", "8080",
            "METRICS_PORT: admin.address: 127.0.0.1:8080 collides with the listener 0.0.0.0:8080; use another port"
        ),
        ("CACHE_MAXSIZE", "lots", "CACHE_MAXSIZE: classifier.cache.entries: expected a whole number, found \"lots\""),
        ("CACHE_MAXSIZE", "", "CACHE_MAXSIZE: is empty; give a value or unset it"),
        ("CACHE_TTL_SECONDS", "5m", "CACHE_TTL_SECONDS: expected a number of seconds, found \"5m\""),
        (
            "LOG_LEVEL", "loud",
            "LOG_LEVEL: log.level: \"loud\" is not possible here; the choices: trace, debug, info, notice, warning, error, critical"
        ),
        (
            "GENERAL_POOL", "http://a,",
            "GENERAL_POOL: expected endpoints separated by commas, as http://127.0.0.1:9001,http://127.0.0.1:9002"
        ),
        (
            "GENERAL_POOL", "a:1",
            "GENERAL_POOL: pools.general.endpoints: \"a:1\" is not an endpoint; write http://host:port or unix:/path"
        ),
        (
            "CONFIDENCE_THRESHOLD", "2",
            "CONFIDENCE_THRESHOLD: classifier.model.min_confidence: 2 is out of range; use 0.0 to 1.0"
        ),
        ("OLLAMA_BASE_URL", "o", "OLLAMA_BASE_URL: classifier.llm.url: \"o\" is not a URL; write http://host:port"),
    ]) func badVariable(_ name: String, _ value: String, _ message: String) {
        #expect(said("", [name: value]).first == message)
    }

    @Test func overrides() {
        #expect(options("", [:], ["pools.general.endpoints=[http://a:1, http://b:1]"]).pools[2].endpoints.count == 2)
        #expect(options("", [:], ["listeners.0.address=81", "listeners.1.address=82"]).listeners.count == 2)
        #expect(options("", [:], ["admin=off"]).admin.address == nil)
        #expect(options("", [:], ["limits.body=1GiB"]).limits.body == 1 << 30)
    }

    @Test(arguments: [
        ("x", "--set x: expected key.path=value, as limits.head=64KiB"),
        ("limits.haed=1", "--set limits.haed=1: unknown key \"haed\" in limits; did you mean \"head\"?"),
        (
            "limits..head=1",
            "--set limits..head=1: \"limits..head\" is not a key; keys are joined by single dots, as pools.general.endpoints"
        ),
        ("listeners.7.address=1", "--set listeners.7.address=1: \"7\" is not an index; the list takes 0 to 1"),
        (
            "listeners.0.address.port=1",
            "--set listeners.0.address.port=1: \"port\" cannot be set: what it would be a part of is a single value"
        ),
        (
            "limits.head=",
            "--set limits.head=: limits.head: expected a size as 16KiB, 1MB or plain bytes, found nothing"
        ),
    ]) func badOverride(_ assignment: String, _ message: String) {
        #expect(said("", [:], [assignment]) == [message])
    }

    @Test func files() {
        let none = ConfigurationLoader.load(file: "/none/slb.yaml", environment: [:], overrides: [])
        #expect(none.diagnostics.map(\.description) == ["/none/slb.yaml: there is no such file"])
        let named = ConfigurationLoader.load(file: nil, environment: ["SLB_CONFIG": "/none/b.yaml"], overrides: [])
        #expect(named.diagnostics.map(\.description) == ["/none/b.yaml: there is no such file"])
        #expect(ConfigurationLoader.load(file: nil, environment: [:], overrides: []).options == ProxyOptions())
    }
}
