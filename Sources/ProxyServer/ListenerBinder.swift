/// Opening the listeners: one socket a worker on each internet address, one for all on a Unix socket,
/// or those that systemd hands over (`LISTEN_FDS`).

import Glibc
import Reactor
import Vocabulary

struct ListenerBinder {
    /// Indexed by worker.
    private var perWorker: [[Listener]]
    private(set) var addresses: [Address] = []

    /// The first descriptor of `LISTEN_FDS` (sd_listen_fds(3)).
    private static let firstInherited: Int32 = 3

    init(_ options: [ListenerOptions], workers: Int) throws(StartFailure) {
        perWorker = Array(repeating: [], count: workers)
        let inherited = Self.inheritedCount
        if inherited > 0 {
            for number in 0..<inherited { try adopt(Self.firstInherited + Int32(number), options, number) }
            return
        }
        for option in options { try open(option.address) }
    }

    func listeners(of worker: Int) -> [Listener] { perWorker[worker] }

    private mutating func open(_ address: Address) throws(StartFailure) {
        let resolved = try Self.resolve(address)
        if case .unix = address {
            return try share(try Self.open(address, resolved, reusePort: false))
        }
        // Without SO_REUSEPORT on a probe, two slb on one port would share its traffic unnoticed.
        try Self.refuseTakenPort(address, resolved)
        var bound = address
        for worker in perWorker.indices {
            let target = worker == 0 ? resolved : try Self.resolve(bound)
            let listener = try Self.open(bound, target, reusePort: true)
            bound = listener.address
            perWorker[worker].append(listener)
        }
        addresses.append(bound)
    }

    private mutating func adopt(_ fd: Int32, _ options: [ListenerOptions], _ number: Int) throws(StartFailure) {
        let address = options.indices.contains(number) ? options[number].address : .inet(host: "0.0.0.0", port: 0)
        let listener: Listener
        do throws(Errno) {
            listener = try Listener.adopt(fd, as: address)
        } catch {
            throw StartFailure("LISTEN_FDS: descriptor \(fd) is no socket: \(error)")
        }
        try share(listener)
    }

    /// One socket for all workers.
    private mutating func share(_ listener: Listener) throws(StartFailure) {
        do throws(Errno) {
            perWorker[0].append(listener)
            for worker in perWorker.indices.dropFirst() { perWorker[worker].append(try listener.duplicate()) }
            addresses.append(listener.address)
        } catch {
            throw StartFailure("cannot share the socket \(listener.address): \(error)")
        }
    }

    private static func refuseTakenPort(_ address: Address, _ resolved: SocketAddress) throws(StartFailure) {
        guard resolved.port != 0 else { return }
        try open(address, resolved, reusePort: false).close()
    }

    static func resolve(_ address: Address) throws(StartFailure) -> SocketAddress {
        do throws(ResolveError) {
            if let first = try Resolver.resolve(address).first { return first }
        } catch {
            throw StartFailure("cannot listen on \(address): \(error)")
        }
        throw StartFailure("cannot listen on \(address): the name has no address")
    }

    static func open(_ address: Address, _ resolved: SocketAddress, reusePort: Bool) throws(StartFailure) -> Listener {
        do throws(Errno) {
            return try Listener.open(address, resolved: resolved, reusePort: reusePort)
        } catch {
            throw StartFailure("cannot listen on \(address): \(error)\(advice(error))")
        }
    }

    private static func advice(_ error: Errno) -> String {
        switch error.code {
        case EADDRINUSE: "; another process has this address: stop it or configure another port"
        case EACCES: "; ports below 1024 need CAP_NET_BIND_SERVICE or root"
        case EADDRNOTAVAIL: "; no interface of this machine has this address"
        default: ""
        }
    }

    private static var inheritedCount: Int {
        guard let pid = getenv("LISTEN_PID"), let count = getenv("LISTEN_FDS"),
            Int32(String(cString: pid)) == getpid(), let number = Int(String(cString: count)), number > 0
        else { return 0 }
        return number
    }
}
