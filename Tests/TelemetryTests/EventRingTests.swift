import Foundation
import Testing
import Vocabulary

@testable import Telemetry

@Suite struct EventRingTests {
    private func event(_ number: Int) -> DecisionEvent {
        DecisionEvent(
            id: (0x0123, UInt64(number)), time: 784_111_777_042_999_999,
            verdict: Verdict(label: Label(index: 1), confidence: 0.93, source: .fallback),
            classifyLatency: Interval(nanoseconds: 1_500_000), totalLatency: .milliseconds(20),
            upstream: (0, 1), status: 200)
    }

    private func read(_ ring: EventRing, _ cursor: inout EventRing.Cursor, limit: Int = 64) -> (numbers: [UInt64], missed: UInt64) {
        var events: [DecisionEvent] = []
        let missed = ring.read(from: &cursor, limit: limit, into: &events)
        return (events.map(\.id.low), missed)
    }

    @Test func nobodyWatching() {
        let ring = EventRing()
        ring.put(event(1))
        #expect(!ring.isWatched)
        var cursor = ring.watch()
        #expect(ring.isWatched)
        #expect(read(ring, &cursor) == ([], 0))
        ring.unwatch()
        #expect(!ring.isWatched && ring.dropped == 0)
    }

    @Test func watchersReadEachForThemselves() {
        let ring = EventRing()
        var first = ring.watch()
        for number in 0..<5 { ring.put(event(number)) }
        var second = ring.watch()
        ring.put(event(5))
        #expect(read(ring, &first, limit: 4) == ([0, 1, 2, 3], 0))
        #expect(read(ring, &first, limit: 4) == ([4, 5], 0))
        #expect(read(ring, &second) == ([5], 0))
        #expect(read(ring, &second) == ([], 0))
    }

    @Test func theOldestGoFirst() {
        let ring = EventRing()
        var cursor = ring.watch()
        for number in 0..<(EventRing.capacity + 10) { ring.put(event(number)) }
        let (numbers, missed) = read(ring, &cursor, limit: 3)
        #expect(numbers == [10, 11, 12] && missed == 10)
        #expect(read(ring, &cursor, limit: EventRing.capacity).numbers.count == EventRing.capacity - 3)
        #expect(ring.dropped == 10)
    }

    @Test func manyProducersAndAReader() async {
        let ring = EventRing()
        let start = ring.watch()
        let seen = await withTaskGroup(of: [UInt64].self) { group in
            for producer in 0..<3 {
                group.addTask {
                    for number in 0..<300 { ring.put(event(producer * 1000 + number)) }
                    return []
                }
            }
            group.addTask {
                var cursor = start
                var seen: [UInt64] = []
                for _ in 0..<200 { seen += read(ring, &cursor).numbers }
                return seen
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        var cursor = start
        let all = read(ring, &cursor, limit: EventRing.capacity).numbers
        // 900 fit: what is missing was let go because the ring was busy, and counted.
        #expect(UInt64(all.count) + ring.dropped == 900)
        for producer in 0..<3 as Range<UInt64> {
            let own = all.filter { $0 / 1000 == producer }
            #expect(own == own.sorted() && Set(own).count == own.count)
        }
        #expect(Set(seen).isSubset(of: all) && Set(seen).count == seen.count)
    }

    @Test func asJSON() throws {
        let layout = MetricsLayout(
            labels: ["x", "odd\"\\\n"], pools: [.init(name: "p", endpoints: ["http://1", "http://2"])],
            rejectReasons: [])
        var bytes: [UInt8] = []
        event(255).appendJSON(to: &bytes, layout: layout)
        #expect(
            text(bytes)
                == #"{"id":"000000000000012300000000000000ff","timestamp":"1994-11-06T08:49:37.042Z","#
                + #""label":"odd\"\\\u000a","confidence":0.93,"source":"default","classifyLatencyMs":1.5,"#
                + #""totalLatencyMs":20.0,"upstreamUrl":"http://2","statusCode":200}"#)
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
    }

    @Test func whatTheLayoutDoesNotKnowIsNull() throws {
        var bytes: [UInt8] = []
        var event = event(1)
        event.verdict.confidence = .nan
        event.appendJSON(to: &bytes, layout: MetricsLayout(labels: [], pools: [], rejectReasons: []))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(object["label"] is NSNull && object["upstreamUrl"] is NSNull)
        #expect(object["confidence"] as? Double == 0)
        #expect(object.count == 9)
    }
}
