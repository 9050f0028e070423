/// A small HTTP/1.1 server for slb's own endpoints: one thread, one listener, one handler. This is the
/// part of it that other threads may touch; `ServiceLoop` is the rest. Never on the proxy's own
/// request path.

import Reactor
import Synchronization
import Vocabulary

package typealias ServiceHandler = @Sendable (ServiceRequest) -> ServiceResponse

package final class Service: Sendable {
    enum Message: Sendable {
        case stop
        case broadcast([UInt8])
    }

    let listener: Listener
    let options: ServiceOptions
    let handler: ServiceHandler
    let mailbox: Mailbox<Message>
    let streams = Atomic<Int>(0)

    /// The service closes the listener when it stops.
    package init(
        listener: Listener, options: ServiceOptions, handler: @escaping ServiceHandler
    ) throws(Errno) {
        self.listener = listener
        self.options = options
        self.handler = handler
        mailbox = try Mailbox()
    }

    package var address: Address { listener.address }

    /// Open event streams.
    package var subscribers: Int { streams.load(ordering: .relaxed) }

    /// Serves on the calling thread until `stop()`; then lets running exchanges finish. Once only.
    package func run() throws(Errno) {
        try ServiceLoop(self).run()
    }

    /// From any thread; returns at once.
    package func stop() { mailbox.send(.stop) }

    /// Sends to every open event stream, from any thread. A reader that is too far behind is dropped.
    package func broadcast(_ bytes: [UInt8]) { mailbox.send(.broadcast(bytes)) }
}
