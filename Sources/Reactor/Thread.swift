/// An operating system thread that runs one body and can be joined.

import CLinux

public final class Thread: @unchecked Sendable {
    // Written once before anybody else sees it.
    private var handle = pthread_t()

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// `name` is cut to the kernel's 15 bytes.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) {
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), body: body))
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                slb_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw Errno(status)
        }
    }

    public func join() { pthread_join(handle, nil) }
}
