/// An error number of the kernel, thrown by this room only.

import CLinux

public struct Errno: Error, Hashable, CustomStringConvertible {
    public let code: Int32

    public init(_ code: Int32) { self.code = code }

    /// What the last failed call left behind.
    public static var last: Errno { Errno(slb_errno()) }

    /// The process or the system has run out of descriptors, ports or memory.
    public var isExhaustion: Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains(code)
    }

    public var description: String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
