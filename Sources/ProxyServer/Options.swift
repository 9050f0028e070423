/// The whole effective configuration as plain values, each part owned by the room that obeys it.
/// `Configuration` fills it from a file, the environment and `--set`; the defaults here are the
/// defaults of the manual.

import Classifier
import LLMClient
import Telemetry
import Upstream
import Vocabulary

package struct ProxyOptions: Sendable, Equatable {
    package var listeners = [ListenerOptions(address: .inet(host: "0.0.0.0", port: 8080))]
    package var admin = AdminOptions()
    /// Event loops; `nil` is one per core (`auto`).
    package var workers: Int?
    package var pools = [
        PoolOptions(name: "fast-path", endpoints: [.init(url: "http://localhost:9003", address: .inet(host: "localhost", port: 9003))]),
        PoolOptions(name: "high-compute", endpoints: [.init(url: "http://localhost:9002", address: .inet(host: "localhost", port: 9002))]),
        PoolOptions(name: "general", endpoints: [.init(url: "http://localhost:9001", address: .inet(host: "localhost", port: 9001))]),
    ]
    package var classifier = ClassifierOptions()
    /// How the language model is reached; `classifier.llm.isEnabled` says whether there is one.
    package var llm = LLMOptions()
    /// `classifier.journal`.
    package var journal = JournalOptions()
    /// `classifier.shadow`.
    package var shadow = ShadowOptions()
    package var headers = HeaderOptions()
    package var limits = Limits()
    package var timeouts = Timeouts()
    package var accessLog = AccessLogOptions()
    package var log = LogOptions()

    package init() {}
}

package struct ListenerOptions: Sendable, Equatable {
    package var address: Address

    package init(address: Address) { self.address = address }
}

package struct AdminOptions: Sendable, Equatable {
    /// `nil` turns the admin listener off.
    package var address: Address? = .inet(host: "127.0.0.1", port: 9090)

    package init() {}
}

/// A second model that labels what passes by, and decides nothing.
package struct ShadowOptions: Sendable, Equatable {
    /// Its file; nil turns it off.
    package var path: String?
    /// The share of the requests that it gets to see.
    package var sample = 1.0

    package init() {}
}

/// `headers:` in the configuration: what slb adds to messages.
package struct HeaderOptions: Sendable, Equatable {
    /// `X-Route-*` on responses.
    package var routeToClient = true
    /// `X-Route-Explain` on responses. Finding the reasons takes time and memory for each request.
    package var routeExplain = false
    /// `X-Forwarded-For`, `-Proto`, `-Host` to the upstream.
    package var xForwarded = true
    /// Append to the client's `X-Forwarded-For` and `Forwarded` instead of replacing them.
    package var trustForwarded = false
    /// `Forwarded` (RFC 7239) to the upstream.
    package var forwarded = false
    /// `Via` (RFC 9110, 7.6.3) to the upstream.
    package var via = true
    /// `X-Request-Id` to the upstream: the client's if it is a sane token, else a new one.
    package var requestID = true

    package init() {}
}

package struct LogOptions: Sendable, Equatable {
    /// trace, debug, info, notice, warning, error, critical.
    package var level = "info"

    package init() {}
}
