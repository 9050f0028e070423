/// The resolved addresses of every endpoint: one immutable table that is replaced whole when names
/// are looked up again. An endpoint whose name does not resolve has none, and is unreachable.

import Reactor
import Upstream
import Vocabulary

struct AddressTable: Sendable {
    private let addresses: [[[SocketAddress]]]
    /// Names that could not be resolved, with the reason.
    let problems: [String]

    /// How often names are looked up again.
    static let refresh = Interval.seconds(30)
    /// The same while a name is unknown: its service may be about to start.
    static let refreshOfUnknown = Interval.seconds(2)

    /// Blocks on name servers.
    static func resolve(_ pools: [PoolOptions]) -> AddressTable {
        var problems: [String] = []
        let addresses = pools.map { pool in
            pool.endpoints.map { endpoint -> [SocketAddress] in
                do throws(ResolveError) {
                    return try Resolver.resolve(endpoint.address)
                } catch {
                    problems.append("endpoint \(endpoint.url) of pool \(pool.name): \(error)")
                    return []
                }
            }
        }
        return AddressTable(addresses: addresses, problems: problems)
    }

    /// Whether any address can change: literals and sockets cannot.
    static func needsRefresh(_ pools: [PoolOptions]) -> Bool {
        pools.contains { $0.endpoints.contains { $0.address.isName } }
    }

    func of(pool: UInt8, endpoint: UInt8) -> [SocketAddress] { addresses[Int(pool)][Int(endpoint)] }
}

extension Address {
    fileprivate var isName: Bool {
        guard case .inet(let host, _) = self else { return false }
        return host.contains { $0.isLetter } && !host.contains(":")
    }
}
