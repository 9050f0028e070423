/// A trickle of sample requests, so that a dashboard has something to show: one thread, one plain
/// blocking connection at a time.

import CLinux
import Reactor
import Synchronization
import Vocabulary

final class DemoTraffic: Sendable {
    /// Five requests a second.
    private static let pace = Interval.milliseconds(200)
    /// A reply that takes longer is not waited for.
    private static let patienceSeconds = 3

    private let target: SocketAddress
    private let isStopped = Atomic<Bool>(false)

    init(target: SocketAddress) { self.target = target }

    func start() throws(Errno) -> Thread {
        try Thread(name: "slb-traffic") { [self] in run() }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run() {
        var due = Clock.now
        var number = 0
        while !isStopped.load(ordering: .relaxed) {
            let sample = DemoSample.all[number % DemoSample.all.count]
            send(sample.request(number: number / DemoSample.all.count))
            number += 1
            // What a slow answer has cost is made up for, but not by a burst.
            due = max(due + Self.pace, Clock.now + Interval(nanoseconds: -Self.pace.nanoseconds))
            rest(until: due)
        }
    }

    private func rest(until due: Instant) {
        let wait = (due - Clock.now).nanoseconds
        guard wait > 0 else { return }
        var time = timespec(tv_sec: 0, tv_nsec: Int(min(wait, 999_999_999)))
        nanosleep(&time, nil)
    }

    private func send(_ request: [UInt8]) {
        let fd = socket(Int32(target.family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { return }
        defer { Socket.close(fd) }
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var storage = target.storage
        guard slb_connect(fd, &storage, target.size) == 0 else { return }
        guard case .moved(request.count) = request.withUnsafeBytes({ Socket.send(fd, $0) }) else { return }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            while case .moved = Socket.receive(fd, into: room) {}
        }
    }
}
