/// `slb demo`: everything in one process. Three stub upstreams on ports of the kernel's choice, the
/// proxy before them, and somebody to ask.

import ArgumentParser
import HTTPService
import ProxyServer
import Reactor
import Upstream
import Vocabulary

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Try slb: three stub pools, the proxy, the dashboard and sample traffic in one process.")

    @Option(name: .long, help: "The proxy's port.")
    var port: UInt16 = 8080

    @Option(name: .long, help: "The port of the admin interface and the dashboard.")
    var adminPort: UInt16 = 9090

    @Flag(name: .long, inversion: .prefixedNo, help: "Send sample traffic, five requests a second.")
    var traffic = true

    private static let host = "127.0.0.1"
    private static let kinds = ["fast-path", "general", "high-compute"]

    func run() throws {
        var workers: [(service: Service, thread: Thread)] = []
        var sender: (traffic: DemoTraffic, thread: Thread)?
        defer {
            sender?.traffic.stop()
            sender?.thread.join()
            for worker in workers { worker.service.stop() }
            for worker in workers { worker.thread.join() }
        }
        let listeners = try Self.kinds.map { _ in try Self.listen() }
        try RunCommand.serve(options(stubs: listeners.map(\.address))) { server in
            for (kind, listener) in zip(Self.kinds, listeners) {
                workers.append(try Self.start(kind, listener))
            }
            announce(server)
            guard traffic, let target = try server.listening.first.map(Resolver.resolve)?.first else { return }
            let demo = DemoTraffic(target: target)
            sender = (demo, try demo.start())
        }
    }

    private static func listen() throws -> Listener {
        do throws(ListenFailure) {
            return try Service.listen(on: .inet(host: host, port: 0))
        } catch {
            Console.error("slb demo: \(error)")
            throw ExitCode(1)
        }
    }

    private static func start(_ kind: String, _ listener: Listener) throws(Errno) -> (Service, Thread) {
        let service = try StubWorker(kind: kind, latency: StubWorker.latency(of: kind)).service(on: listener)
        let thread = try Thread(name: "stub-\(kind)") {
            do throws(Errno) {
                try service.run()
            } catch {
                Console.error("slb demo: the \(kind) stub cannot serve: \(error)")
            }
        }
        return (service, thread)
    }

    private func options(stubs: [Address]) -> ProxyOptions {
        var options = ProxyOptions()
        options.listeners = [ListenerOptions(address: .inet(host: Self.host, port: port))]
        options.admin.address = .inet(host: Self.host, port: adminPort)
        options.pools = zip(Self.kinds, stubs).map { kind, address in
            PoolOptions(name: kind, endpoints: [EndpointOptions(url: "http://\(address)", address: address)])
        }
        // What an operator wants to read at every start is noise in a demo.
        options.log.level = "warning"
        return options
    }

    private func announce(_ server: ProxyServer) {
        let proxy = server.listening.first.map { "http://\($0)" } ?? ""
        let admin = server.adminAddress.map { "http://\($0)" } ?? ""
        Console.out(
            """
            slb demo: three stub workers, one proxy. Ctrl-C ends it.

              proxy      \(proxy)
              dashboard  \(admin)/
              metrics    \(admin)/metrics
              decisions  \(admin)/events

            Try one request of each kind, and look at the X-Route-* headers:

            """)
        for sample in DemoSample.forPeople {
            Console.out("  # \(sample.label)\n  \(sample.curlLine(base: proxy))\n")
        }
        Console.out(traffic ? "Sample traffic runs, five requests a second (--no-traffic for none)." : "No sample traffic.")
    }
}
