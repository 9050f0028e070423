import Glibc

/// A value that several threads share, behind a lock. A POSIX mutex and not `Synchronization.Mutex`:
/// the latter hands over a contended lock inside the kernel, where the thread sanitizer cannot see
/// it and reports races that are none.
final class Guarded<Value: Sendable>: @unchecked Sendable {
    // Unchecked: `lock` is constant, and `value` is only touched while it is held.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        lock.initialize(to: pthread_mutex_t())
        guard pthread_mutex_init(lock, nil) == 0 else {
            preconditionFailure("a mutex of the plain kind")
        }
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&value)
    }

    /// `nil`, without waiting, if somebody else holds the lock.
    func withLockIfAvailable<Result>(_ body: (inout Value) -> Result) -> Result? {
        guard pthread_mutex_trylock(lock) == 0 else { return nil }
        defer { pthread_mutex_unlock(lock) }
        return body(&value)
    }
}
