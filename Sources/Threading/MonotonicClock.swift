import Glibc

/// A moment of the clock that never jumps, in nanoseconds since the system started.
public struct MonotonicTime: Comparable, Sendable {
    /// Nanoseconds.
    public let nanoseconds: UInt64

    /// A moment.
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Now (`clock_gettime` with `CLOCK_MONOTONIC`).
    public static var now: Self {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Self(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The nanoseconds from this moment to a later one; 0 when it is earlier.
    public func nanoseconds(to later: Self) -> UInt64 {
        later.nanoseconds > nanoseconds ? later.nanoseconds - nanoseconds : 0
    }

    /// A moment that lies later by a number of milliseconds.
    public func advanced(milliseconds: Int) -> Self {
        Self(nanoseconds: nanoseconds + UInt64(milliseconds) * 1_000_000)
    }

    /// A moment that lies later by a number of nanoseconds.
    public func advanced(nanoseconds distance: UInt64) -> Self {
        Self(nanoseconds: nanoseconds + distance)
    }

    /// The earlier one is smaller.
    public static func < (one: Self, other: Self) -> Bool { one.nanoseconds < other.nanoseconds }
}
