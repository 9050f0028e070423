/// Signals as events: blocked in every thread, read from a signalfd by the main thread.

import CLinux

public enum Signal: Int32, CaseIterable, Sendable {
    case terminate = 15
    case interrupt = 2
    case hangup = 1
    case reopen = 10  // SIGUSR1
}

public final class Signals {
    public let descriptor: Int32

    /// Call before any thread starts: they inherit the mask.
    public init() throws(Errno) {
        slb_ignore_sigpipe()
        var set = sigset_t()
        let numbers = Signal.allCases.map(\.rawValue)
        let status = slb_sigmask_block(numbers, Int32(numbers.count), &set)
        guard status == 0 else { throw Errno(status) }
        descriptor = slb_signalfd(&set)
        guard descriptor >= 0 else { throw .last }
    }

    deinit { close(descriptor) }

    /// The next pending signal, if any.
    public func next() -> Signal? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(descriptor, &info, size) == size else { return nil }
        return Signal(rawValue: Int32(bitPattern: info.ssi_signo))
    }
}
