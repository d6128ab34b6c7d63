import Glibc

/// How long a thread waits without another look at the value, in milliseconds.
///
/// Up to glibc 2.40 a wakeup can get lost where several threads wait (glibc bug 25847); whoever it was for
/// sees then what it missed.
private let longestWait = 4000

/// A value behind a lock, with a way to wait until it has something to give
/// (`pthread_mutex_t` and `pthread_cond_t`).
@safe public final class LockedQueue<Value: Sendable>: @unchecked Sendable {
    // Sendable because the lock guards every access to the value.
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    /// Guards a value.
    public init(_ value: Value) {
        self.value = value
        unsafe lock = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        // Waits are measured by the clock that never jumps.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    /// Looks at the value.
    public func read<Result>(_ body: (Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return body(value)
    }

    /// Changes the value and wakes whoever can go on now: one thread.
    ///
    /// - Parameter body: Returns whether anything was changed.
    public func change(_ body: (inout Value) -> Bool) -> Bool {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        let hasChanged = body(&value)
        if hasChanged { unsafe pthread_cond_signal(changed) }
        return hasChanged
    }

    /// What waiting led to.
    public enum Waited<Taken> {
        /// The value gave something.
        case taken(Taken)
        /// It gave nothing until the end of the wait.
        case idle
        /// Nothing will come any more.
        case closed
    }

    /// Waits until the value gives something.
    ///
    /// - Parameters:
    ///   - end: When to give up.
    ///   - take: Takes something out, or nil when there is nothing.
    ///   - isClosed: Whether nothing will come any more.
    public func wait<Taken>(
        until end: MonotonicTime, for take: (inout Value) -> Taken?,
        unless isClosed: (Value) -> Bool
    ) -> Waited<Taken> {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while true {
            if let taken = take(&value) { return .taken(taken) }
            if isClosed(value) {
                // The next waiting thread should learn it, too.
                unsafe pthread_cond_signal(changed)
                return .closed
            }
            let now = MonotonicTime.now
            guard now < end else { return .idle }
            let look = min(end, now.advanced(milliseconds: longestWait)).nanoseconds
            var time = timespec(
                tv_sec: Int(look / 1_000_000_000), tv_nsec: Int(look % 1_000_000_000))
            unsafe pthread_cond_timedwait(changed, lock, &time)
        }
    }
}
