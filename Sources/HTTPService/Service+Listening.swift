/// Opening a service's one listener, with an error that a person can act on.

import CLinux
import Reactor
import Vocabulary

/// Why a service cannot listen: one line for people.
package struct ListenFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension Service {
    /// Blocks while a name is resolved.
    package static func listen(on address: Address) throws(ListenFailure) -> Listener {
        let resolved: [SocketAddress]
        do throws(ResolveError) {
            resolved = try Resolver.resolve(address)
        } catch {
            throw ListenFailure("cannot listen on \(address): \(error)")
        }
        guard let first = resolved.first else {
            throw ListenFailure("cannot listen on \(address): the name has no address")
        }
        do throws(Errno) {
            return try Listener.open(address, resolved: first, reusePort: false)
        } catch {
            throw ListenFailure("cannot listen on \(address): \(error)\(advice(error))")
        }
    }

    private static func advice(_ error: Errno) -> String {
        switch error.code {
        case EADDRINUSE: "; another process has this port: stop it or choose another one"
        case EACCES: "; ports below 1024 need CAP_NET_BIND_SERVICE or root"
        case EADDRNOTAVAIL: "; no interface of this machine has this address"
        default: ""
        }
    }
}
