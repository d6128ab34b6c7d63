/// A moment of the calendar: microseconds since 1970-01-01T00:00:00Z, as the database keeps them.
///
/// The clock is read once for each request; features get the moment as an argument.
public struct Instant: Comparable, Hashable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let unixMicroseconds: Int64

    /// A moment in microseconds since 1970.
    public init(unixMicroseconds: Int64) {
        self.unixMicroseconds = unixMicroseconds
    }

    /// A moment in seconds since 1970, a NumericDate of RFC 7519 §2.
    public init(unixSeconds: Int64) {
        let (product, overflow) = unixSeconds.multipliedReportingOverflow(by: 1_000_000)
        unixMicroseconds = overflow ? (unixSeconds < 0 ? .min : .max) : product
    }

    /// Whole seconds since 1970, the fraction cut.
    public var unixSeconds: Int64 { unixMicroseconds / 1_000_000 }

    /// Whole milliseconds since 1970, the fraction cut.
    public var unixMilliseconds: Int64 { unixMicroseconds / 1000 }

    /// A moment that lies later by a number of seconds.
    public func advanced(seconds: Int64) -> Instant {
        Instant(unixMicroseconds: unixMicroseconds &+ seconds &* 1_000_000)
    }

    /// The earlier one is smaller.
    public static func < (one: Instant, other: Instant) -> Bool {
        one.unixMicroseconds < other.unixMicroseconds
    }
}
