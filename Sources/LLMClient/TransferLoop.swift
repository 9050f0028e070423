/// libcurl's multi handle and the epoll instance its descriptors live in. That instance is a descriptor
/// itself: the owner's loop watches this one, and libcurl may open and close its own as it likes.

import CCurl
import CLinux
import Vocabulary

final class TransferLoop {
    /// Far more descriptors than transfers have; what is left over is reported again.
    private static let batch = 32

    let descriptor: Int32
    private let multi: UnsafeMutableRawPointer
    private let events: UnsafeMutablePointer<epoll_event>
    private var running: [Transfer] = []
    /// The time as last told; libcurl's timers count from here.
    private var now: Instant
    /// When libcurl wants to be called though nothing is ready.
    private(set) var wake: Instant?

    init(connections: Int, now: Instant) throws(LLMSetupError) {
        guard Self.isPrepared, let multi = curl_multi_init() else {
            throw LLMSetupError(description: "libcurl cannot be initialised")
        }
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else {
            curl_multi_cleanup(multi)
            throw LLMSetupError(description: "no descriptor for the LLM client (errno \(slb_errno()))")
        }
        self.multi = multi
        self.now = now
        events = .allocate(capacity: Self.batch)
        _ = slb_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        _ = slb_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        let watch: slb_curl_watch = { _, descriptor, what, owner, _ in
            guard let owner else { return 0 }
            Unmanaged<TransferLoop>.fromOpaque(owner).takeUnretainedValue().watch(descriptor, what)
            return 0
        }
        let timer: slb_curl_timer = { _, milliseconds, owner in
            guard let owner else { return 0 }
            Unmanaged<TransferLoop>.fromOpaque(owner).takeUnretainedValue().sleep(milliseconds)
            return 0
        }
        _ = slb_curl_multi_set_watch(multi, watch, timer, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        for transfer in running { curl_multi_remove_handle(multi, transfer.handle) }
        // Closing connections would call back, and there is nobody any more.
        _ = slb_curl_multi_set_watch(multi, nil, nil, nil)
        curl_multi_cleanup(multi)
        close(descriptor)
        events.deallocate()
    }

    func start(_ transfer: Transfer, now: Instant) -> Bool {
        self.now = now
        guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else { return false }
        running.append(transfer)
        return true
    }

    /// Gives a transfer up; its connection is closed.
    func cancel(_ transfer: Transfer, now: Instant) {
        self.now = now
        guard let index = running.firstIndex(where: { $0 === transfer }) else { return }
        curl_multi_remove_handle(multi, transfer.handle)
        running.remove(at: index)
    }

    /// Lets libcurl read and write what it can without waiting.
    func drive(now: Instant) {
        self.now = now
        var left: Int32 = 0
        let count = epoll_wait(descriptor, events, Int32(Self.batch), 0)
        for index in 0..<max(Int(count), 0) {
            let event = events[index]
            curl_multi_socket_action(
                multi, Int32(truncatingIfNeeded: event.data.u64), Self.selection(event.events), &left)
        }
        // Each call may ask for another at once; a bound keeps one turn short.
        var calls = 0
        while let due = wake, due <= now, calls < Self.batch {
            wake = nil
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &left)
            calls += 1
        }
    }

    /// The next transfer that has ended, on its own terms; it is no longer running.
    func nextDone(now: Instant) -> (transfer: Transfer, code: CURLcode)? {
        var code = CURLE_OK
        while let handle = slb_curl_next_done(multi, &code) {
            guard let transfer = running.first(where: { $0.handle == handle }) else { continue }
            cancel(transfer, now: now)
            return (transfer, code)
        }
        return nil
    }

    private func watch(_ socket: Int32, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            _ = slb_epoll_remove(descriptor, socket)
            return
        }
        var interest: UInt32 = 0
        if what & CURL_POLL_IN != 0 { interest |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { interest |= EPOLLOUT.rawValue }
        let token = UInt64(UInt32(bitPattern: socket))
        if slb_epoll_modify(descriptor, socket, interest, token) != 0 {
            _ = slb_epoll_add(descriptor, socket, interest, token)
        }
    }

    private func sleep(_ milliseconds: Int) {
        wake = milliseconds < 0 ? nil : now + .milliseconds(Int64(milliseconds))
    }

    private static func selection(_ events: UInt32) -> Int32 {
        var selection: Int32 = 0
        if events & EPOLLIN.rawValue != 0 { selection |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { selection |= CURL_CSELECT_OUT }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
            selection |= CURL_CSELECT_IN | CURL_CSELECT_ERR
        }
        return selection
    }

    /// Once a process, before any thread uses libcurl.
    private static let isPrepared = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
