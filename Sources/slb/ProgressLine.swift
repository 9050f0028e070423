/// One line on a terminal that is written over; nothing where standard error is no terminal.

import CLinux
import Vocabulary

struct ProgressLine {
    private let isShown = isatty(2) == 1
    private var last = ""

    mutating func show(_ text: @autoclosure () -> String) {
        guard isShown else { return }
        let text = text()
        guard text != last else { return }
        put("\r\(text)\(String(repeating: " ", count: max(0, last.count - text.count)))")
        last = text
    }

    mutating func end() {
        guard isShown, !last.isEmpty else { return }
        put("\r\(String(repeating: " ", count: last.count))\r")
        last = ""
    }

    /// `[#####-----]  50 %`, or only the count if the whole is not known.
    static func bar(_ done: UInt64, of whole: UInt64, _ what: String) -> String {
        guard whole > 0 else { return what }
        let tenths = Int(min(done, whole) * 20 / whole)
        return "[\(String(repeating: "#", count: tenths))\(String(repeating: "-", count: 20 - tenths))] \(min(done, whole) * 100 / whole) %  \(what)"
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
