/// Who gets which socket, and what people are told when there is none.

import CLinux
import Reactor
import Testing
import Vocabulary

@testable import ProxyServer

@Suite struct ListenerBinderTests {
    private let anyPort = ListenerOptions(address: .inet(host: "127.0.0.1", port: 0))

    private func closeAll(_ binder: ListenerBinder, workers: Int) {
        for worker in 0..<workers { for listener in binder.listeners(of: worker) { listener.close() } }
    }

    @Test func everyWorkerHasItsOwnSocketOnOnePort() throws {
        let binder = try ListenerBinder([anyPort, anyPort], workers: 3)
        defer { closeAll(binder, workers: 3) }
        #expect(binder.addresses.count == 2)
        #expect(Set(binder.addresses).count == 2)
        #expect(!binder.addresses.contains(anyPort.address))
        for worker in 0..<3 { #expect(binder.listeners(of: worker).map(\.address) == binder.addresses) }
        let descriptors = (0..<3).flatMap { binder.listeners(of: $0).map(\.descriptor) }
        #expect(Set(descriptors).count == 6)
        #expect((0..<3).allSatisfy { worker in binder.listeners(of: worker).allSatisfy { !$0.isShared } })
    }

    @Test func aUnixSocketIsSharedByTheWorkers() throws {
        let path = "/tmp/binder-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let binder = try ListenerBinder([ListenerOptions(address: .unix(path: path))], workers: 2)
        defer { closeAll(binder, workers: 2) }
        #expect(binder.addresses == [.unix(path: path)])
        let listeners = (0..<2).flatMap { binder.listeners(of: $0) }
        #expect(listeners.count == 2)
        #expect(listeners.allSatisfy { $0.isShared })
        #expect(listeners[0].descriptor != listeners[1].descriptor)
    }

    @Test func aTakenPortIsRefusedEvenIfItCouldBeShared() throws {
        let first = try ListenerBinder([anyPort], workers: 1)
        defer { closeAll(first, workers: 1) }
        let taken = try #require(first.addresses.first)
        let failure = #expect(throws: StartFailure.self) {
            _ = try ListenerBinder([ListenerOptions(address: taken)], workers: 2)
        }
        #expect(failure?.description.hasPrefix("cannot listen on \(taken): ") == true)
        #expect(failure?.description.contains("another process has this address") == true)
    }

    @Test func anAddressOfAnotherMachineIsExplained() throws {
        // RFC 5737: no machine has it.
        let foreign = ListenerOptions(address: .inet(host: "192.0.2.1", port: 0))
        let failure = #expect(throws: StartFailure.self) { _ = try ListenerBinder([foreign], workers: 1) }
        #expect(failure?.description.hasSuffix("no interface of this machine has this address") == true)
    }
}
