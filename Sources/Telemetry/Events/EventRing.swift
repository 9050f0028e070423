import Synchronization
import Vocabulary

/// The latest decisions of all workers, for whoever watches the event stream. Nobody waits here: a
/// worker that finds the ring busy lets its event go, and a watcher that is slow misses the oldest.
public final class EventRing: Sendable {
    /// Events kept; a power of two. At 1,000 decisions a second, a watcher may look away for a second.
    public static let capacity = 1024

    private struct State: Sendable {
        var slots: [DecisionEvent]
        /// Events ever put in; the next goes to `written % capacity`.
        var written: UInt64 = 0
    }

    /// Where a watcher is: the number of the first event it has not seen.
    public struct Cursor: Sendable {
        fileprivate var next: UInt64
    }

    private let state: Guarded<State>
    private let watchers = Atomic<Int>(0)
    private let lost = Atomic<UInt64>(0)

    public init() {
        let verdict = Verdict(label: Label(index: 0), confidence: 0, source: .fallback)
        let nothing = DecisionEvent(
            id: (0, 0), time: 0, verdict: verdict, classifyLatency: .zero, totalLatency: .zero,
            upstream: nil, status: 0)
        state = Guarded(State(slots: Array(repeating: nothing, count: Self.capacity)))
    }

    /// Whether an event is worth making: one relaxed load.
    public var isWatched: Bool { watchers.load(ordering: .relaxed) > 0 }

    /// Events that a watcher did not get.
    public var dropped: UInt64 { lost.load(ordering: .relaxed) }

    /// Never waits and never allocates. Costs one relaxed load when nobody watches.
    public func put(_ event: DecisionEvent) {
        guard isWatched else { return }
        let isIn: Void? = state.withLockIfAvailable { state in
            state.slots[Int(state.written % UInt64(Self.capacity))] = event
            state.written &+= 1
        }
        if isIn == nil { lost.add(1, ordering: .relaxed) }
    }

    /// Starts with the next event. Every watch is ended by one `unwatch`.
    public func watch() -> Cursor {
        // The place first: whatever is put once the watch counts lies behind it.
        let cursor = Cursor(next: state.withLock { $0.written })
        watchers.add(1, ordering: .relaxed)
        return cursor
    }

    public func unwatch() {
        let left = watchers.subtract(1, ordering: .relaxed).newValue
        precondition(left >= 0, "a watch was ended twice")
    }

    /// Appends what happened since the last call, oldest first, at most `limit` events, so that the
    /// lock is never held long. Returns how many were overwritten before this watcher came.
    public func read(
        from cursor: inout Cursor, limit: Int = 64, into events: inout [DecisionEvent]
    ) -> UInt64 {
        // Before the lock, so that a worker never finds it held by an allocation.
        events.reserveCapacity(events.count + max(limit, 0))
        let missed = state.withLock { state in
            let kept = UInt64(Self.capacity)
            let oldest = state.written > kept ? state.written - kept : 0
            let first = max(cursor.next, oldest)
            let missed = first - cursor.next
            cursor.next = min(state.written, first + UInt64(max(limit, 0)))
            for number in first..<cursor.next { events.append(state.slots[Int(number % kept)]) }
            return missed
        }
        if missed > 0 { lost.add(missed, ordering: .relaxed) }
        return missed
    }
}
