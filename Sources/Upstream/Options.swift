/// `pools:` in the configuration, as plain values.

import Vocabulary

public struct PoolOptions: Sendable, Equatable {
    public enum Balancing: String, CaseIterable, Sendable { case roundRobin = "round-robin" }

    public var name: String
    public var balancing = Balancing.roundRobin
    public var endpoints: [EndpointOptions]
    /// Idle upstream connections one worker keeps for one endpoint.
    public var idleConnections = 512
    /// How long an idle upstream connection is kept.
    public var idleTimeout = Interval.seconds(60)

    public init(name: String, endpoints: [EndpointOptions]) {
        self.name = name
        self.endpoints = endpoints
    }
}

public struct EndpointOptions: Sendable, Equatable {
    /// As configured: `http://127.0.0.1:9003` or `unix:/run/app.sock`; the name in metrics.
    public var url: String
    public var address: Address

    public init(url: String, address: Address) {
        self.url = url
        self.address = address
    }
}
