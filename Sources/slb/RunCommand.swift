/// `slb run`, the default: reads the configuration and hands it to the proxy.

import ArgumentParser
import Classifier
import Configuration
import Foundation
import LLMClient
import Logging
import ProxyServer
import Reactor
import Telemetry
import Upstream
import Vocabulary

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the proxy.",
        discussion: "Without a file: the environment over built-in defaults. SIGTERM drains, a second one stops at once, SIGUSR1 reopens the access log.")

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Option(name: .customLong("set"), parsing: .singleValue, help: ArgumentHelp("Override a value; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    func run() throws {
        let configured = ConfigurationLoader.load(
            file: config, environment: ProcessInfo.processInfo.environment, overrides: overrides)
        for diagnostic in configured.diagnostics { Console.error("\(diagnostic)") }
        if configured.hasErrors { throw ExitCode(1) }
        try Self.serve(configured.options) { Self.announce($0, configured.options) }
    }

    /// What listens where, and what is off.
    private static func announce(_ server: ProxyServer, _ options: ProxyOptions) {
        for address in server.listening { Console.error("listening on \(url(address))") }
        Console.error(server.adminAddress.map { "admin on \(url($0))" } ?? "admin is off")
        for pool in options.pools {
            Console.error("pool \(pool.name): \(pool.endpoints.map(\.url).joined(separator: ", "))")
        }
        if options.classifier.llm.isEnabled {
            Console.error("language model: \(options.llm.model) at \(options.llm.url)")
        }
        if options.classifier.cache.entries == 0 { Console.error("cache is off") }
        if !options.classifier.builtinRules { Console.error("built-in rules are off") }
        if options.accessLog.destination == .off { Console.error("access log is off") }
    }

    private static func url(_ address: Address) -> String {
        if case .inet = address { return "http://\(address)" }
        return "\(address)"
    }

    /// Until a signal ends it. `announce` is called once everything listens.
    static func serve(_ options: ProxyOptions, announce: (ProxyServer) throws -> Void) throws {
        do {
            // Before any thread, so that all of them leave signals to this one.
            let signals = try Signals()
            let server = try ProxyServer(
                options: options, signals: signals, configText: Printer.yaml(options),
                log: logger(options.log))
            try announce(server)
            try server.run()
        } catch {
            Console.error("slb: \(error)")
            throw ExitCode(1)
        }
    }

    private static func logger(_ options: LogOptions) -> Logger {
        var logger = Logger(label: "slb") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: options.level) ?? .info
        return logger
    }
}
