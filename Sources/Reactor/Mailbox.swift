/// The only door between threads: messages under a lock, and an eventfd that wakes the loop.

import CLinux
import Synchronization

public final class Mailbox<Message: Sendable>: Sendable {
    public let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    public init() throws(Errno) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .last }
    }

    deinit { close(descriptor) }

    public func send(_ message: Message) {
        messages.withLock { $0.append(message) }
        eventfd_write(descriptor, 1)
    }

    /// Takes all messages; the owner's loop calls it when the descriptor is readable.
    public func receive() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        return messages.withLock { queue in
            let taken = queue
            queue.removeAll(keepingCapacity: true)
            return taken
        }
    }
}
