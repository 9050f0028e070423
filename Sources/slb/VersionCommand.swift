/// `slb version`: what was built, how, and with which libraries.

import ArgumentParser
import Classifier
import LLMClient
import Vocabulary

enum Build {
    static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    static var swift: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// These do not tell their versions at run time: the least that `Package.swift` accepts.
    static let libraries = [
        ("swift-argument-parser", "1.8.2 or later"), ("swift-log", "1.16.2 or later"), ("Yams", "6.2.2 or later"),
    ]
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, the build and the libraries.")

    func run() throws {
        print("slb \(Release.version)")
        print("build: \(Build.configuration), Swift \(Build.swift)")
        print("model: \(Model.builtin.digest) (\(Model.builtin.facts.labels.joined(separator: ", ")))")
        print("libraries:")
        for (name, version) in Build.libraries { print("  \(name) \(version)") }
        print("  \(CurlLibrary.version)")
    }
}
