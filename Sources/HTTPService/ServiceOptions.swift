/// How a service behaves: its bounds, its timeouts, and where its event stream comes from. Plain
/// values; nothing here changes while the service runs.

import Vocabulary

package struct ServiceOptions: Sendable {
    /// What becomes of request bodies.
    package enum Body: Sendable, Equatable {
        /// Kept whole; a larger one is refused with 413.
        case whole(limit: Int)
        /// Any length is taken; the first bytes are kept, the rest is counted and dropped.
        case prefix(Int)

        var kept: Int {
            switch self {
            case .whole(let limit): limit
            case .prefix(let count): count
            }
        }
    }

    package var body = Body.whole(limit: 1024 * 1024)
    /// Open connections; at the limit the service stops accepting.
    package var connections = 1024
    /// From the first byte of a request to the end of its head.
    package var requestHead = Interval.seconds(10)
    /// Between two requests.
    package var idle = Interval.seconds(60)
    /// Longest silence inside a request body.
    package var bodyIdle = Interval.seconds(30)
    /// Longest time a peer takes nothing of what is owed to it.
    package var write = Interval.seconds(30)
    /// How long bytes are taken and dropped after a last answer, so that the peer gets to read it.
    package var linger = Interval.seconds(2)
    /// From `stop()` to the forced end of what still runs.
    package var drain = Interval.seconds(5)
    /// A comment on a silent event stream, so that proxies in between keep it open.
    package var heartbeat = Interval.seconds(15)
    /// Bytes a stream's reader may be behind before it is dropped: minutes of events for a browser.
    package var streamBacklog = 256 * 1024
    package var feed: StreamFeed?

    package init() {}
}

/// Where the event stream comes from, asked on the service's thread.
package struct StreamFeed: Sendable {
    package var interval: Interval
    /// Given the number of subscribers, returns what to send to all of them. Called at each interval
    /// while there are any, and once with zero when the last one has left.
    package var poll: @Sendable (_ subscribers: Int) -> [UInt8]

    package init(interval: Interval, poll: @escaping @Sendable (_ subscribers: Int) -> [UInt8]) {
        self.interval = interval
        self.poll = poll
    }
}
