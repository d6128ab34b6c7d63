internal import CMariaDB

/// A moment as calendar fields in UTC, the form in which DATETIME travels.
///
/// The arithmetic is our own because the server's FROM_UNIXTIME ends in 2038 (MariaDB 10.11). Days
/// are counted in years that begin on 1 March, so that the leap day is the last of its year.
struct CivilTime: Hashable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int

    /// The microseconds since 1970 that DATETIME can hold: the years 1000 to 9999.
    static let range: ClosedRange<Int64> = -30_610_224_000_000_000...253_402_300_799_999_999

    private static let microsecondsOfDay: Int64 = 86_400_000_000
    private static let daysOf400Years = 146_097
    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysBefore1970 = 719_468

    /// - Returns: nil outside of ``range``.
    init?(unixMicroseconds moment: Int64) {
        guard Self.range.contains(moment) else { return nil }
        var (days, rest) = moment.quotientAndRemainder(dividingBy: Self.microsecondsOfDay)
        if rest < 0 {
            days -= 1
            rest += Self.microsecondsOfDay
        }
        let dayCount = Int(days) + Self.daysBefore1970
        let (era, dayOfEra) = dayCount.quotientAndRemainder(dividingBy: Self.daysOf400Years)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let time = Int(rest)
        hour = time / 3_600_000_000
        minute = time / 60_000_000 % 60
        second = time / 1_000_000 % 60
        microsecond = time % 1_000_000
    }

    /// - Returns: nil when the fields are no moment of the years 1 to 9999, as for MariaDB's
    ///   `0000-00-00`.
    init?(_ time: MYSQL_TIME) {
        year = Int(time.year)
        month = Int(time.month)
        day = Int(time.day)
        hour = Int(time.hour)
        minute = Int(time.minute)
        second = Int(time.second)
        microsecond = Int(time.second_part)
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    var unixMicroseconds: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch / 400
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * Self.daysOf400Years + dayOfEra - Self.daysBefore1970
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        return seconds * 1_000_000 + Int64(microsecond)
    }

    /// The C structure with the same fields.
    var mysqlTime: MYSQL_TIME {
        MYSQL_TIME(
            year: UInt32(year), month: UInt32(month), day: UInt32(day), hour: UInt32(hour),
            minute: UInt32(minute), second: UInt32(second), second_part: UInt(microsecond),
            neg: 0, time_type: MYSQL_TIMESTAMP_DATETIME)
    }
}
