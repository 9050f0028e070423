/// The admin interface on its own listener and thread. It only looks: nothing here changes what the
/// proxy does, and a scrape that takes long delays no request.

import HTTPService
import Reactor
import Synchronization
import Telemetry
import Vocabulary

package final class AdminServer: Sendable {
    private let service: Service
    private let thread = Mutex<Thread?>(nil)
    private let draining: DrainingMark

    /// What handlers know of the proxy's end.
    private final class DrainingMark: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    /// Binds; answers nothing yet.
    package init(address: Address, sources: AdminSources) throws(StartFailure) {
        let draining = DrainingMark()
        self.draining = draining
        var options = ServiceOptions()
        options.feed = AdminEvents(ring: sources.events, layout: sources.layout).feed
        do throws(ListenFailure) {
            let listener = try Service.listen(on: address)
            do throws(Errno) {
                service = try Service(listener: listener, options: options) { request in
                    Self.answer(request, sources, isDraining: draining.isSet.load(ordering: .relaxed))
                }
            } catch {
                throw ListenFailure("cannot set up the admin listener: \(error)")
            }
        } catch {
            throw StartFailure("admin: \(error)")
        }
    }

    convenience init(address: Address, shared: Shared, configText: String) throws(StartFailure) {
        try self.init(
            address: address, sources: AdminSources(shared: shared, configText: configText))
    }

    package var address: Address { service.address }

    package func start() throws(Errno) {
        let service = service
        let started = try Thread(name: "slb-admin") {
            // Only adding two descriptors to a new epoll can fail here: then there is no admin side.
            try? service.run()
        }
        thread.withLock { $0 = started }
    }

    /// From now on `/ready` says no, so that nobody sends new traffic.
    package func beginDraining() { draining.isSet.store(true, ordering: .relaxed) }

    package func stop() {
        service.stop()
        let started = thread.withLock { thread in
            let started = thread
            thread = nil
            return started
        }
        started?.join()
    }
}
