/// An error number of the kernel, thrown by this room only.

import CLinux

package struct Errno: Error, Hashable, CustomStringConvertible {
    package let code: Int32

    package init(_ code: Int32) { self.code = code }

    /// What the last failed call left behind.
    package static var last: Errno { Errno(slb_errno()) }

    /// The process or the system has run out of descriptors, ports or memory.
    package var isExhaustion: Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains(code)
    }

    package var description: String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
