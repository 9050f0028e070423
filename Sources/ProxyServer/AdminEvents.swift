/// The decisions as server-sent events. The ring is watched only while somebody reads along, so that
/// the workers make no events for nobody.

import HTTPService
import Synchronization
import Telemetry
import Vocabulary

final class AdminEvents: Sendable {
    /// A tenth of a second looks immediate.
    static let interval = Interval.milliseconds(100)
    /// Events sent at each interval: 2,500 a second are more than anybody reads.
    private static let mostAtOnce = 250

    private let ring: EventRing
    private let layout: MetricsLayout
    private let cursor = Mutex<EventRing.Cursor?>(nil)

    init(ring: EventRing, layout: MetricsLayout) {
        self.ring = ring
        self.layout = layout
    }

    var feed: StreamFeed {
        StreamFeed(interval: Self.interval) { [self] subscribers in poll(subscribers) }
    }

    private func poll(_ subscribers: Int) -> [UInt8] {
        cursor.withLock { cursor in
            guard subscribers > 0 else {
                if cursor != nil { ring.unwatch() }
                cursor = nil
                return []
            }
            guard var place = cursor else {
                cursor = ring.watch()
                return []
            }
            var events: [DecisionEvent] = []
            _ = ring.read(from: &place, limit: Self.mostAtOnce, into: &events)
            cursor = place
            var text: [UInt8] = []
            for event in events {
                text += "data: ".utf8
                event.appendJSON(to: &text, layout: layout)
                text += "\n\n".utf8
            }
            return text
        }
    }
}
