/// `slb worker`: one stub upstream in the foreground, until a signal ends it.

import ArgumentParser
import HTTPService
import Reactor
import Vocabulary

/// A latency as people write it: `5ms`, `1.5s`, `200us`.
struct Latency: ExpressibleByArgument {
    let interval: Interval

    /// Nobody waits longer for a stub.
    private static let longest = 3600.0

    init?(argument: String) {
        let units: [(name: String, seconds: Double)] = [("us", 1e-6), ("ms", 1e-3), ("s", 1)]
        guard let unit = units.first(where: { argument.hasSuffix($0.name) }) else { return nil }
        let digits = argument.dropLast(unit.name.count)
        guard digits.allSatisfy({ $0.isNumber || $0 == "." }), let count = Double(digits) else { return nil }
        let seconds = count * unit.seconds
        guard seconds <= Self.longest else { return nil }
        interval = Interval(nanoseconds: Int64(seconds * 1e9))
    }
}

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run a stub upstream that echoes what it is sent.",
        discussion: "It answers after 5 ms as fast-path, 50 ms as general and 400 ms as high-compute, and GET /health at once.")

    @Option(name: .long, help: ArgumentHelp("What it stands for: fast-path, general, high-compute or a label of yours.", valueName: "label"))
    var type: String

    @Option(name: .long, help: "The port to listen on; 0 lets the kernel choose.")
    var port: UInt16

    @Option(name: .long, help: "The address to listen on.")
    var host = "0.0.0.0"

    @Option(name: .long, help: ArgumentHelp("The simulated latency, such as 5ms or 1.5s.", valueName: "duration"))
    var latency: Latency?

    /// Bytes of a label in `X-Worker-Type`.
    private static let longestType = 64

    func validate() throws {
        let isName = type.utf8.allSatisfy {
            UnicodeScalar($0).properties.isAlphabetic && $0 < 0x80 || $0 >= 0x30 && $0 <= 0x39
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
        guard isName, !type.isEmpty, type.utf8.count <= Self.longestType else {
            throw ValidationError("--type takes letters, digits, '-', '_' and '.', at most \(Self.longestType).")
        }
    }

    func run() throws {
        let worker = StubWorker(kind: type, latency: latency?.interval ?? StubWorker.latency(of: type))
        do {
            let signals = try Signals()
            let listener = try Service.listen(on: .inet(host: host, port: port))
            let service = try worker.service(on: listener)
            let thread = try Thread(name: "slb-stub") { Self.serve(service) }
            Console.out("slb worker: \(type) on \(service.address)")
            try waitForTheEnd(signals)
            service.stop()
            thread.join()
        } catch {
            Console.error("slb worker: \(error)")
            throw ExitCode(1)
        }
    }

    private static func serve(_ service: Service) {
        do throws(Errno) {
            try service.run()
        } catch {
            Console.error("slb worker: cannot serve: \(error)")
        }
    }

    private func waitForTheEnd(_ signals: Signals) throws(Errno) {
        let poller = try Poller()
        try poller.addReader(signals.descriptor, token: Token(kind: .signal, key: .none))
        while true {
            _ = poller.wait(timeout: -1)
            while let signal = signals.next() {
                if signal == .terminate || signal == .interrupt { return }
            }
        }
    }
}
