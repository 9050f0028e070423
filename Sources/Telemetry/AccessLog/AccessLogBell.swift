import Glibc

/// How a worker wakes the writer: rings are remembered until the next wait, several as one. On the
/// monotonic clock, so that setting the time of day delays nothing.
public final class AccessLogBell: @unchecked Sendable {
    // Unchecked: the pointers are constant, and `isRung` is only touched under the lock.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isRung = false

    init() {
        lock.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        guard pthread_mutex_init(lock, nil) == 0, pthread_condattr_init(&attributes) == 0,
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0,
            pthread_cond_init(condition, &attributes) == 0
        else { preconditionFailure("a lock and a condition of the plain kind") }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(lock)
        condition.deallocate()
        lock.deallocate()
    }

    public func ring() {
        pthread_mutex_lock(lock)
        isRung = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(lock)
    }

    /// Until the bell is rung or the monotonic clock shows `deadline`, whichever is first.
    public func wait(until deadline: UInt64) {
        var time = timespec()
        time.tv_sec = Int(deadline / 1_000_000_000)
        time.tv_nsec = Int(deadline % 1_000_000_000)
        pthread_mutex_lock(lock)
        while !isRung, pthread_cond_timedwait(condition, lock, &time) == 0 {}
        isRung = false
        pthread_mutex_unlock(lock)
    }
}
