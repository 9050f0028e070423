/// Many random exchanges against a judge of the invariants.

import Testing

@Suite struct SimulationTests {
    private static let exchanges: UInt64 = 20_000

    @Test func noSequenceOfEventsBreaksTheRules() {
        var endings: [FakeNetwork.Ending: Int] = [:]
        var retried = 0
        for seed in 0..<Self.exchanges {
            var network = FakeNetwork(seed: seed)
            network.run()
            if !network.complaints.isEmpty {
                Issue.record("seed \(seed): \(network.complaints)\n\(network.history.joined(separator: "\n"))")
                return
            }
            if let ending = network.ending { endings[ending, default: 0] += 1 }
            retried += network.retries
        }
        // A simulation that never gets somewhere proves nothing about it.
        for ending in [FakeNetwork.Ending.reply, .abort, .finish] { #expect(endings[ending, default: 0] > 1000) }
        #expect(retried > 100)
        #expect(endings.values.reduce(0, +) == Int(Self.exchanges))
    }
}
