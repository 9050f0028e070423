import Testing
import Vocabulary

@testable import Reactor

@Suite struct TimerWheelTests {
    private func fired(_ wheel: TimerWheel, at now: Instant) -> [UInt32] {
        var slots: [UInt32] = []
        wheel.advance(to: now) { slots.append($0) }
        return slots
    }

    private let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test func firesOnceAfterTheDeadlineAndNotBefore() {
        let wheel = TimerWheel(now: start)
        wheel.arm(7, at: start + .milliseconds(100))
        #expect(fired(wheel, at: start + .milliseconds(99)).isEmpty)
        #expect(fired(wheel, at: start + .milliseconds(120)) == [7])
        #expect(fired(wheel, at: start + .seconds(200)).isEmpty)
        #expect(wheel.count == 0)
    }

    @Test func aLaterDeadlineReplacesAnEarlierOne() {
        let wheel = TimerWheel(now: start)
        wheel.arm(1, at: start + .milliseconds(50))
        wheel.arm(1, at: start + .seconds(90))
        #expect(fired(wheel, at: start + .seconds(89)).isEmpty)
        #expect(fired(wheel, at: start + .milliseconds(90_020)) == [1])
    }

    @Test func anEarlierDeadlineReplacesALaterOne() {
        let wheel = TimerWheel(now: start)
        wheel.arm(1, at: start + .seconds(60))
        wheel.arm(1, at: start + .milliseconds(40))
        #expect(fired(wheel, at: start + .milliseconds(60)) == [1])
    }

    @Test func aRemovedSlotNeverFires() {
        let wheel = TimerWheel(now: start)
        wheel.arm(1, at: start + .milliseconds(40))
        wheel.remove(1)
        #expect(fired(wheel, at: start + .seconds(1)).isEmpty)
        #expect(wheel.count == 0)
    }

    @Test func whatFiringArmsOrRemovesIsObeyed() {
        let wheel = TimerWheel(now: start)
        for slot: UInt32 in 0..<10 { wheel.arm(slot, at: start + .milliseconds(30)) }
        var order: [UInt32] = []
        wheel.advance(to: start + .milliseconds(60)) { slot in
            order.append(slot)
            // The first to fire takes half of the others away and moves one.
            guard order.count == 1 else { return }
            for other: UInt32 in 0..<5 where other != slot { wheel.remove(other) }
            wheel.arm(9, at: start + .milliseconds(200))
        }
        let first = order[0]
        #expect(Set(order) == Set([first, 5, 6, 7, 8].filter { $0 != 9 || first == 9 }))
        #expect(fired(wheel, at: start + .milliseconds(230)) == [9])
    }

    /// Against the plain definition, over random arms, removals and steps.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func agreesWithASortedList(seed: UInt64) {
        var state = seed
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        let wheel = TimerWheel(now: start)
        var expected: [UInt32: Instant] = [:]
        var now = start
        for _ in 0..<4000 {
            let slot = UInt32(random(300))
            switch random(4) {
            case 0, 1:
                let deadline = now + .milliseconds(Int64(random(200_000)))
                wheel.arm(slot, at: deadline)
                expected[slot] = deadline
            case 2:
                wheel.remove(slot)
                expected[slot] = nil
            default:
                now = now + .milliseconds(Int64(random(3000)))
                for slot in fired(wheel, at: now) {
                    #expect(expected[slot].map { $0 <= now } == true)
                    expected[slot] = nil
                }
                let late = expected.values.filter { now - $0 > .milliseconds(17) }
                #expect(late.isEmpty, "a deadline more than two ticks old has not fired")
            }
        }
    }
}
