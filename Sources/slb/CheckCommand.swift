/// `slb check`: reads and validates a configuration, and prints it if asked. It starts nothing.

import ArgumentParser
import Classifier
import Configuration
import Foundation
import ProxyServer

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read and validate the configuration.",
        discussion: "Prints every error at once as file:line:column: message. Exit status 1 if there is one.")

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Flag(name: .long, help: "Print the effective configuration as YAML.")
    var print = false

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Override a value; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    func run() throws {
        let configured = ConfigurationLoader.load(
            file: config, environment: ProcessInfo.processInfo.environment, overrides: overrides)
        for diagnostic in configured.diagnostics {
            FileHandle.standardError.write(Data("\(diagnostic)\n".utf8))
        }
        if configured.hasErrors { throw ExitCode(1) }
        let options = configured.options
        let text =
            print
            ? Printer.yaml(options)
            : "\(configured.file ?? "configuration"): ok (listeners \(options.listeners.count), pools \(options.pools.count), labels \(options.classifier.labels.count), rules \(options.classifier.rules.count))\n"
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
