/// A thread that looks names up again from time to time, because that blocks, and gives every worker
/// the new table.

import Logging
import Reactor
import Upstream
import Vocabulary

final class AddressRefresher {
    private let stopping: Mailbox<Void>
    private let thread: Thread

    init(pools: [PoolOptions], initial: AddressTable, mailboxes: [Mailbox<Worker.Message>], log: Logger) throws(Errno) {
        let stopping = try Mailbox<Void>()
        let poller = try Poller()
        try poller.addReader(stopping.descriptor, token: Token(kind: .mailbox, key: .none))
        let carried = Carried(poller: poller)
        let pause = Int32(AddressTable.refresh.nanoseconds / 1_000_000)
        self.stopping = stopping
        thread = try Thread(name: "slb-resolver") {
            var known = initial.problems
            while carried.poller.wait(timeout: pause) == 0 {
                let table = AddressTable.resolve(pools)
                for problem in table.problems where !known.contains(problem) { log.warning("\(problem)") }
                known = table.problems
                for mailbox in mailboxes { mailbox.send(.addresses(table)) }
            }
        }
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
