import ArgumentParser
import Logging
import ProxyServer

@main
struct SLB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slb", abstract: "A semantic L7 reverse proxy and load balancer.",
        subcommands: [CheckCommand.self, VersionCommand.self])
}
