/// Lines for people, written at once: standard output may be a pipe that somebody watches.

import CLinux

enum Console {
    static func out(_ text: String) { put(text, 1) }

    static func error(_ text: String) { put(text, 2) }

    private static func put(_ text: String, _ descriptor: Int32) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && slb_errno() == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
