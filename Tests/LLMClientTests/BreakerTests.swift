/// When questions are let through.

import Testing
import Vocabulary

@testable import LLMClient

private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

private func makeBreaker() -> Breaker {
    Breaker(failures: 3, pause: .milliseconds(100), longestPause: .milliseconds(350))
}

@Test func failuresInARowOpenTheBreaker() {
    var breaker = makeBreaker()
    #expect(!breaker.fail(now: at(0)) && !breaker.fail(now: at(0)))
    breaker.succeed()
    #expect(!breaker.fail(now: at(1)) && !breaker.fail(now: at(1)))
    #expect(breaker.state == .admitting && breaker.admit(now: at(1)))
    #expect(breaker.fail(now: at(1)) == true)
    #expect(breaker.state == .ejected && !breaker.admit(now: at(100)))
    #expect(!breaker.fail(now: at(50)) && breaker.until == at(101))
}

@Test func oneProbeGoesAtATimeAndPausesDouble() {
    var breaker = makeBreaker()
    for _ in 0..<3 { _ = breaker.fail(now: at(0)) }
    var now = 100
    for pause in [200, 350, 350] {
        #expect(breaker.wouldAdmit(now: at(Int64(now))))
        #expect(breaker.admit(now: at(Int64(now))) && breaker.state == .probing)
        #expect(breaker.admit(now: at(Int64(now))) == false)
        #expect(breaker.fail(now: at(Int64(now))) == true)
        #expect(breaker.until == at(Int64(now + pause)))
        now += pause
    }
    #expect(breaker.admit(now: at(Int64(now))) == true)
    breaker.succeed()
    #expect(breaker.state == .admitting && breaker.admit(now: at(Int64(now))) && breaker.admit(now: at(Int64(now))))
    for _ in 0..<3 { _ = breaker.fail(now: at(0)) }
    #expect(breaker.until == at(100))
}
