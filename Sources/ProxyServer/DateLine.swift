/// The `Date` field of this second, rendered once a second (RFC 9110, 6.6.1).

import Telemetry
import Vocabulary

struct DateLine {
    private static let prefix: StaticString = "Date: "
    private static let length = 6 + WallClock.httpDateLength + 2

    private let memory = UnsafeMutableRawPointer.allocate(byteCount: DateLine.length, alignment: 1)
    private var second = Int64.min

    /// `time` is nanoseconds since the epoch.
    mutating func refresh(at time: UInt64) {
        let current = Int64(time / 1_000_000_000)
        guard current != second else { return }
        second = current
        var line = ByteBuffer(base: memory, capacity: Self.length)
        line.append(Self.prefix)
        WallClock(epochSeconds: current).appendHTTPDate(to: &line)
        line.append("\r\n")
    }

    mutating func append(at time: UInt64, to out: inout ByteBuffer) {
        refresh(at: time)
        append(to: &out)
    }

    func append(to out: inout ByteBuffer) { out.append(Bytes(start: memory, count: Self.length)) }
}
