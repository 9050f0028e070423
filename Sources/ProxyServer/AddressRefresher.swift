/// A thread that looks names up again from time to time, because that blocks, and publishes
/// the new table.

import Logging
import Reactor
import Synchronization
import Vocabulary

final class AddressRefresher {
    private let stopping: Mailbox<Void>
    private let thread: Thread

    init(shared: Shared, log: Logger, publish: @escaping @Sendable (AddressTable) -> Void) throws(Errno) {
        let stopping = try Mailbox<Void>()
        let poller = try Poller()
        try poller.addReader(stopping.descriptor, token: Token(kind: .mailbox, key: .none))
        let carried = Carried(poller: poller)
        self.stopping = stopping
        thread = try Thread(name: "slb-resolver") {
            var known = shared.addresses.withLock { $0.problems }
            while carried.poller.wait(timeout: Self.pause(known)) == 0 {
                let table = AddressTable.resolve(shared.options.pools)
                for problem in table.problems where !known.contains(problem) { log.warning("\(problem)") }
                known = table.problems
                publish(table)
            }
        }
    }

    /// Milliseconds to the next look.
    private static func pause(_ problems: [String]) -> Int32 {
        let interval = problems.isEmpty ? AddressTable.refresh : AddressTable.refreshOfUnknown
        return Int32(interval.nanoseconds / 1_000_000)
    }

    func stop() {
        stopping.send(())
        thread.join()
    }

    /// Only the new thread touches the poller.
    private struct Carried: @unchecked Sendable {
        let poller: Poller
    }
}
