import ArgumentParser
import AuthStore
import Foundation
import MariaDB
import Settings

/// `gatereeve migrate`.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the schema of the database up to date.",
        discussion: """
            Applies the shipped migrations and then those of the site (paths.site_migrations), in \
            the order of their numbers. Nothing is undone: MariaDB commits each change of the \
            schema at once. A file that was begun and not finished stops everything until a person \
            has looked; see migrations/README.md.
            """,
        subcommands: [MigrateStatusCommand.self])

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Show what would be applied, and apply nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Record a migration as done, after you have seen to it by hand.", valueName: "number"))
    var markDone: String?

    @Option(
        help: ArgumentHelp(
            "Forget a migration, after you have undone it by hand.", valueName: "number"))
    var markUndone: String?

    func validate() throws {
        let asked = [markDone != nil, markUndone != nil, dryRun].filter { $0 }.count
        guard asked <= 1 else {
            throw ValidationError("Use one of --dry-run, --mark-done and --mark-undone.")
        }
    }

    func run() throws {
        let values = try options.load()
        try reportingProblems {
            let migrator = try Migrator(values)
            if let text = markDone ?? markUndone {
                guard let id = MigrationID(parsing: text) else {
                    throw ValidationError("\(text) is no number of a migration, such as 0003.")
                }
                try migrator.resolve(id, asDone: markDone != nil)
                print("\(id) is recorded as \(markDone != nil ? "done" : "not done").")
            } else if dryRun {
                let plan = try migrator.plan()
                for migration in plan { print("would apply \(migration.title)") }
                if plan.isEmpty { print("The schema is up to date.") }
            } else {
                try Self.apply(migrator)
            }
        }
    }

    /// Applies what is pending and tells of each step.
    static func apply(_ migrator: Migrator) throws {
        let applied = try migrator.apply { event in
            switch event {
            case .begins(let title): print("applying \(title) …")
            case .done(let title, let time): print("applied  \(title) in \(time)")
            }
        }
        if applied.isEmpty { print("The schema is up to date.") }
    }
}

/// `gatereeve migrate status`.
struct MigrateStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "List the migrations and whether they are applied.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let values = try options.load()
        try reportingProblems {
            for status in try Migrator(values).status() {
                print(
                    status.state.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0)
                        + status.title)
            }
        }
    }
}

extension Migrator {
    /// The shipped migrations and those of the site.
    ///
    /// - Parameter database: Where and as whom; nil takes the account of the settings.
    convenience init(
        _ values: SettingValues, database: ConnectionSettings? = nil
    ) throws(MigrationProblem) {
        var directories = [MigrationDirectory(.gatereeve, path: values[PathKeys.migrations])]
        let site = values[PathKeys.siteMigrations]
        if FileManager.default.fileExists(atPath: site) {
            directories.append(MigrationDirectory(.site, path: site))
        }
        try self.init(directories, database: database ?? ConnectionSettings(forMigrations: values))
    }
}

/// Turns a problem with migrations into a message and an exit code.
func reportingProblems(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let problem as MigrationProblem {
        Complaint.print("\(problem)")
        throw ExitCode(1)
    }
}
