/// `pools:` in the configuration, as plain values.

import Vocabulary

package struct PoolOptions: Sendable, Equatable {
    package enum Balancing: String, CaseIterable, Sendable { case roundRobin = "round-robin" }

    package var name: String
    package var balancing = Balancing.roundRobin
    package var endpoints: [EndpointOptions]
    /// Idle upstream connections one worker keeps for one endpoint.
    package var idleConnections = 512
    /// How long an idle upstream connection is kept.
    package var idleTimeout = Interval.seconds(60)

    package init(name: String, endpoints: [EndpointOptions]) {
        self.name = name
        self.endpoints = endpoints
    }
}

package struct EndpointOptions: Sendable, Equatable {
    /// As configured: `http://127.0.0.1:9003` or `unix:/run/app.sock`; the name in metrics.
    package var url: String
    package var address: Address

    package init(url: String, address: Address) {
        self.url = url
        self.address = address
    }
}
