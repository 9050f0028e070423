/// The command line's root: it names the commands and does nothing itself.

import ArgumentParser

@main
struct SLB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slb", abstract: "A semantic L7 reverse proxy and load balancer.",
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, ClassifyCommand.self, TrainCommand.self,
            EvaluateCommand.self, WorkerCommand.self, VersionCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}
