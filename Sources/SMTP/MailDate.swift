/// Writes the moment of a mail as RFC 5322 §3.3 wants it.
enum MailDate {
    /// Writes a time, in UTC.
    ///
    /// - Parameter seconds: Whole seconds since 1970-01-01T00:00:00Z, not before.
    /// - Returns: For example `Thu, 01 Jan 1970 00:00:00 +0000`.
    static func text(_ seconds: Int64) -> String {
        let days = seconds / 86_400
        let second = seconds % 86_400
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days % 7)]
        let date = civilDate(daysSince1970: days)
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][date.month - 1]
        let clock = [second / 3600, second / 60 % 60, second % 60].map(twoDigits)
            .joined(separator: ":")
        return "\(weekday), \(twoDigits(Int64(date.day))) \(month) \(date.year) \(clock) +0000"
    }

    /// The proleptic Gregorian calendar, counted in years that begin in March: the day that leap
    /// years add is then the last one.
    private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int, day: Int)
    {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
