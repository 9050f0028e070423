/// Keeps questions from a server that fails: open after failures in a row, then one probe at a time,
/// with pauses that double up to a bound. Knows neither clock nor questions.

import Vocabulary

struct Breaker {
    private let threshold: Int
    private let firstPause: Interval
    private let longestPause: Interval
    private(set) var state = LLMBreakerState.admitting
    private var failures = 0
    private var pause: Interval
    /// When a probe may go, while ejected.
    private(set) var until = Instant.zero

    init(failures: Int, pause: Interval, longestPause: Interval) {
        threshold = max(failures, 1)
        firstPause = max(pause, .milliseconds(1))
        self.longestPause = max(longestPause, firstPause)
        self.pause = firstPause
    }

    func wouldAdmit(now: Instant) -> Bool {
        switch state {
        case .admitting: true
        case .ejected: now >= until
        case .probing: false
        }
    }

    /// True lets one question through; after a pause that question is the probe.
    mutating func admit(now: Instant) -> Bool {
        guard wouldAdmit(now: now) else { return false }
        if state == .ejected { state = .probing }
        return true
    }

    mutating func succeed() {
        state = .admitting
        failures = 0
        pause = firstPause
    }

    /// True if this failure has opened it. Failures of questions from before it opened change nothing.
    mutating func fail(now: Instant) -> Bool {
        switch state {
        case .ejected: return false
        case .admitting:
            failures += 1
            guard failures >= threshold else { return false }
        case .probing:
            pause = min(Interval(nanoseconds: pause.nanoseconds &* 2), longestPause)
        }
        state = .ejected
        until = now + pause
        return true
    }
}
