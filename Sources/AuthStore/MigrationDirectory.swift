import FoundationEssentials

/// A directory with the files of one series.
public struct MigrationDirectory: Hashable, Sendable {
    /// Which series the files belong to.
    public let series: MigrationSeries
    /// Where the files are.
    public let path: String

    /// Names a directory; nothing is read yet.
    public init(_ series: MigrationSeries, path: String) {
        self.series = series
        self.path = path
    }

    /// Reads all `.sql` files, in the order of their numbers; other files are ignored.
    ///
    /// - Throws: ``MigrationProblem/unreadable(path:)``,
    ///   ``MigrationProblem/sameNumber(_:_:)`` and what ``Migration`` refuses.
    func migrations() throws(MigrationProblem) -> [Migration] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unreadable(path: path)
        }
        var migrations: [Migration] = []
        for name in names.sorted() where name.hasSuffix(".sql") {
            guard let contents = FileManager.default.contents(atPath: "\(path)/\(name)") else {
                throw .unreadable(path: "\(path)/\(name)")
            }
            let migration = try Migration(
                series: series, fileName: name, contents: [UInt8](contents))
            if let last = migrations.last, last.id == migration.id {
                throw .sameNumber(last.title, migration.title)
            }
            migrations.append(migration)
        }
        return migrations
    }
}
