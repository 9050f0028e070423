import Reactor
import Vocabulary

/// Temporary until the admin lands.
final class AdminSide {
    let address: Address
    init(address: Address, shared: Shared, configText: String) throws(StartFailure) { self.address = address }
    func start() throws(Errno) {}
    func beginDraining() {}
    func stop() {}
}
