/// A day of the Gregorian calendar, as a `DATE` column holds it.
struct CalendarDay {
    /// `YYYY-MM-DD`.
    let text: String

    /// The day in UTC of a moment.
    init(unixMicroseconds: Int64) {
        // Counted from 0000-03-01, so that the leap day is the last of its year.
        let microsecondsOfDay: Int64 = 86_400_000_000
        let shifted = unixMicroseconds - 951_868_800_000_000
        let days =
            shifted >= 0
            ? shifted / microsecondsOfDay : (shifted + 1) / microsecondsOfDay - 1
        // From 2000-03-01, the start of a cycle of 400 years.
        let cycle = days >= 0 ? days / 146_097 : (days + 1) / 146_097 - 1
        let dayOfCycle = days - cycle * 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = 2000 + cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        func digits(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        text = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }
}
