import Auth
import Glibc

extension Instant {
    /// `2026-01-02T03:04:05Z` (RFC 3339); the fraction is cut.
    var timestamp: String { text(separator: "T") + "Z" }

    /// `2026-01-02 03:04:05`, in UTC, for people.
    var clockText: String { text(separator: " ") }

    /// The same with the distance from now: `2026-01-02 03:04:05 UTC (in 5 minutes)`.
    func clockText(from now: Instant) -> String {
        let seconds = unixSeconds - now.unixSeconds
        if seconds == 0 { return "\(clockText) UTC (now)" }
        let distance = Instant.distance(abs(seconds))
        return "\(clockText) UTC (\(seconds < 0 ? "\(distance) ago" : "in \(distance)"))"
    }

    private func text(separator: String) -> String {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "?" }
        func digits(_ value: Int32, _ width: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return
            "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
            + separator
            + "\(digits(parts.tm_hour)):\(digits(parts.tm_min)):\(digits(parts.tm_sec))"
    }

    /// A length of time in the largest unit that it has two of: `90 minutes`, `3 days`.
    private static func distance(_ seconds: Int64) -> String {
        for (unit, length) in [("days", Int64(86400)), ("hours", 3600), ("minutes", 60)]
        where seconds >= 2 * length {
            return "\(seconds / length) \(unit)"
        }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }

    /// Reads `2026-01-02`, `2026-01-02T03:04`, `2026-01-02T03:04:05Z`, all in UTC, or `90m`, `12h`,
    /// `7d` before now; nil for anything else.
    init?(typed text: String, now: Instant) {
        if let unit = text.last, let length = ["m": Int64(60), "h": 3600, "d": 86400][unit],
            let count = UInt16(text.dropLast())
        {
            self = now.advanced(seconds: -length * Int64(count))
            return
        }
        let day = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?Z?)?/
        guard let match = text.wholeMatch(of: day)?.output else { return nil }
        let asked = [
            match.1, match.2, match.3, match.4 ?? "00", match.5 ?? "00", match.6 ?? "00",
        ].compactMap { Int32($0) }
        guard asked.count == 6,
            let seconds = Self.unixSeconds(
                (asked[0], asked[1], asked[2]), (asked[3], asked[4], asked[5]))
        else { return nil }
        self.init(unixSeconds: seconds)
    }

    /// The seconds since 1970 of a day and a time in UTC; nil when there is no such day or time.
    static func unixSeconds(
        _ day: (year: Int32, month: Int32, day: Int32),
        _ time: (hour: Int32, minute: Int32, second: Int32)
    ) -> Int64? {
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (day.year - 1900, day.month - 1, day.day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = time
        let seconds = timegm(&parts)
        // timegm takes 30 February for 2 March.
        guard parts.tm_mon == day.month - 1, parts.tm_mday == day.day, time.hour < 24,
            time.minute < 60, time.second < 60
        else { return nil }
        return Int64(seconds)
    }
}
