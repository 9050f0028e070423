/// The order of waiting answers.

import Testing
import Vocabulary

@testable import HTTPService

@Test func delayQueueGivesTheEarliestFirst() {
    var queue = DelayQueue()
    let times: [UInt64] = [50, 10, 40, 10, 30, 20, 60]
    for (index, time) in times.enumerated() {
        queue.push(SlabKey(index: UInt32(index), generation: 0), due: Instant(nanoseconds: time))
    }
    #expect(queue.next == Instant(nanoseconds: 10))
    #expect(queue.pop(now: Instant(nanoseconds: 9)) == nil)
    var order: [UInt64] = []
    while let key = queue.pop(now: Instant(nanoseconds: 50)) { order.append(times[Int(key.index)]) }
    #expect(order == [10, 10, 20, 30, 40, 50])
    #expect(queue.next == Instant(nanoseconds: 60))
}
