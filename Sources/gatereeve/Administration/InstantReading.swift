import Auth

extension Instant {
    /// Reads a moment as Django and other programs write it: `2024-03-01T12:34:56.789Z` (RFC 3339).
    ///
    /// The zone is `Z` or an offset such as `+02:00`; a fraction has up to nine digits, of which six count.
    ///
    /// - Returns: Nil for anything else, for a day or an hour that does not exist, and outside of the
    ///   years 1000 to 9999, which the database keeps.
    init?(rfc3339 text: String) {
        var rest = Digits(text.utf8[...])
        guard let year = rest.number(4), rest.take("-"), let month = rest.number(2),
            rest.take("-"), let day = rest.number(2), rest.take("T"), let hour = rest.number(2),
            rest.take(":"), let minute = rest.number(2), rest.take(":"),
            let second = rest.number(2), let microsecond = rest.microsecond(),
            let offset = rest.offset(), rest.isEmpty,
            let local = Self.unixSeconds((year, month, day), (hour, minute, second))
        else { return nil }
        let seconds = local - offset
        guard (-30_610_224_000...253_402_300_799).contains(seconds)
        else { return nil }
        self.init(unixMicroseconds: seconds * 1_000_000 + microsecond)
    }
}

/// The rest of a text whose numbers have a fixed length.
private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: Substring.UTF8View) {
        rest = text
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int32? {
        var number: Int32 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The fraction behind a point; 0 without a point.
    mutating func microsecond() -> Int64? {
        guard take(".") else { return 0 }
        var (number, count): (Int64, Int) = (0, 0)
        while let digit = digit() {
            count += 1
            if count <= 6 { number = number * 10 + Int64(digit) }
        }
        guard (1...9).contains(count) else { return nil }
        for _ in min(count, 6)..<6 { number *= 10 }
        return number
    }

    /// How far the zone is ahead of UTC, in seconds.
    mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let isAhead = take("+")
        guard isAhead || take("-"), let hours = number(2), take(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        let seconds = Int64(hours) * 3600 + Int64(minutes) * 60
        return isAhead ? seconds : -seconds
    }

    private mutating func digit() -> Int32? {
        guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
        rest.removeFirst()
        return Int32(first - 0x30)
    }
}
