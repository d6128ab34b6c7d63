import ArgumentParser
import AuthStore
import Cryptography
import Glibc
import MariaDB
import Settings

/// The command `gatereeve setup`.
struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Prepare this machine: signing secret, database, accounts, schema.",
        discussion: """
            Run it as root after the installation, once public.origin is set, and again whenever \
            you like: what is there already stays as it is. It makes the secret that signs tokens, \
            the database, one account for the responders and one for mailer and purge, both with \
            least rights, and brings the schema up to date.

            With a database on another machine it makes the secret and brings the schema up to \
            date; database and accounts are made there, see docs/operations.md.
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print the SQL, and change nothing.")
    var dryRun = false

    private static let secretName = TokenKeys.signingSecret.definition.key

    func run() throws {
        if dryRun { return try printStatements() }
        guard geteuid() == 0 else {
            Complaint.print("setup must be run by root")
            throw ExitCode(77)
        }
        if try CredentialFile.makeSecret(Self.secretName) {
            print("made     the signing secret, \(CredentialFile.directory)/\(Self.secretName)")
        }
        let values = try options.load()
        let database = try databaseName(values)
        try reportingProblems {
            if values[DatabaseKeys.socket].isEmpty {
                print("kept     database and accounts, which are on another machine")
                try MigrateCommand.apply(Migrator(values))
            } else {
                let administration = ConnectionSettings(forSetup: values)
                try run(DatabaseSetup.creation(of: database), with: administration)
                try MigrateCommand.apply(
                    Migrator(values, database: administration.using(database)))
                try run(DatabaseSetup.grants(on: database), with: administration)
                print("granted  least rights to \(Self.accountNames)")
            }
        }
        print(
            """

            Next:
              gatereeve config check                    look over the settings
              systemctl enable --now gatereeve.target   start, now and at every boot
            nginx and the rest: /usr/share/doc/gatereeve/operations.md
            """)
    }

    private static var accountNames: String {
        DatabaseAccount.all.map(\.name).joined(separator: " and ")
    }

    private func printStatements() throws {
        // The first run comes before there is a secret, and no statement depends on it.
        let standIn = Base64.encode(SystemRandom().bytes(count: 48))
        let values = try options.load(standIns: [Self.secretName: standIn])
        let database = try databaseName(values)
        print(DatabaseSetup.creation(of: database), terminator: "")
        print("-- Now the migrations, by `gatereeve migrate`; then:")
        print(DatabaseSetup.grants(on: database), terminator: "")
    }

    private func databaseName(_ values: SettingValues) throws -> DatabaseName {
        let text = values[DatabaseKeys.name]
        guard let name = DatabaseName(text) else {
            Complaint.print(
                "database.name is \"\(text)\"; setup can make names of letters, digits, _ and -")
            throw ExitCode(78)
        }
        return name
    }

    private func run(_ text: String, with settings: ConnectionSettings) throws {
        do {
            let connection = try Connection(settings.unhurried)
            defer { connection.close() }
            try connection.run(SQLScript(parsing: text))
        } catch let error as MariaDBError {
            Complaint.print("\(error) Is MariaDB running on this machine?")
            throw ExitCode(1)
        }
    }
}
