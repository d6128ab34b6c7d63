/// Which directory of migrations a file belongs to.
public enum MigrationSeries: String, CaseIterable, Hashable, Sendable {
    /// The files that come with the program.
    case gatereeve
    /// The files of an administrator, for columns and tables of their own; run after the others.
    case site
}

/// What names a migration: its series and its number in it.
///
/// As text it is `0007` in the series of the program and `site/0007` in that of the site.
public struct MigrationID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The series.
    public let series: MigrationSeries
    /// The number of the file, 1 to 9999.
    public let number: Int

    /// Names a migration.
    public init(_ series: MigrationSeries, _ number: Int) {
        self.series = series
        self.number = number
    }

    /// Reads `7`, `0007`, `gatereeve/0007` or `site/0007`; nil for anything else.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let digits = parts.last, (1...4).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(digits), number > 0
        else { return nil }
        switch parts.count {
        case 1: self.init(.gatereeve, number)
        case 2:
            guard let series = MigrationSeries(rawValue: String(parts[0])) else { return nil }
            self.init(series, number)
        default: return nil
        }
    }

    /// The number with four digits, after `site/` for the site's own.
    public var description: String {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        return series == .site ? "site/\(padded)" : padded
    }

    /// The order of running: the program's files, then the site's; each by number.
    public static func < (one: Self, other: Self) -> Bool {
        one.series == other.series
            ? one.number < other.number : one.series == .gatereeve && other.series == .site
    }
}
