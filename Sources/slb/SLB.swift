import ArgumentParser
import Logging
import ProxyServer
import Reactor
import Vocabulary
import Upstream

@main
struct SLB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slb", abstract: "A semantic L7 reverse proxy and load balancer.")
    @Option var port: UInt16 = 8080
    @Option var upstream: UInt16 = 9001
    @Option var workers: Int = 1
    mutating func run() throws {
        var o = ProxyOptions()
        o.workers = workers
        o.listeners = [.init(address: .inet(host: "127.0.0.1", port: port))]
        o.pools = ["fast-path", "high-compute", "general"].map { PoolOptions(name: $0, endpoints: [.init(url: "http://127.0.0.1:\(upstream)", address: .inet(host: "127.0.0.1", port: upstream))]) }
        let s = try Signals()
        let p = try ProxyServer(options: o, signals: s, configText: "", log: Logger(label: "slb"))
        print("listening", p.listening)
        try p.run()
    }
}
