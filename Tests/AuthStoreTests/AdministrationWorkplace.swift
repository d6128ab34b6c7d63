@testable import Auth
@testable import AuthStore
import Cryptography
import Foundation
import MariaDB

/// A database with the shipped schema for one test, and an administrator who works on it.
struct AdministrationWorkplace {
    /// 2026-06-01T12:00:00Z.
    static let now = Instant(unixSeconds: 1_780_315_200)

    let settings: ConnectionSettings
    let store: AdministrationStore
    let connection: Connection
    let keys: OneTimeTokenKeys
    let context = RequestContext(now: now, actor: "grace")

    /// - Parameters:
    ///   - fields: Declared fields of the user.
    ///   - columns: SQL that adds their columns.
    static func with(
        fields: [CustomField] = [], columns: String = "",
        _ body: (AdministrationWorkplace) throws -> Void
    ) throws {
        try MigratorWorkplace.with { workplace in
            let connection = try workplace.connect()
            let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("migrations")
            try Migrator(
                [MigrationDirectory(.gatereeve, path: directory.path)],
                database: workplace.settings
            ).apply()
            if !columns.isEmpty { try connection.run(SQLScript(parsing: columns)) }
            try body(
                AdministrationWorkplace(
                    settings: workplace.settings,
                    store: AdministrationStore(
                        workplace.settings, customFields: try CustomFieldColumns(fields)),
                    connection: connection,
                    keys: OneTimeTokenKeys([try HMACKey(Array("keys of the tests".utf8))])))
        }
    }

    /// A link and its mail, made an hour ago and good for three days.
    func token(
        _ purpose: OneTimePurpose = .verifyEmail, at moment: Instant = now.advanced(seconds: -3600)
    ) -> MailedToken {
        return .make(purpose, keys: keys, at: moment, lifetime: 259_200, from: SystemRandom())
    }

    /// A user as a registration or an administrator would make one.
    func newUser(
        _ name: String, email: String? = nil, fields: [CustomFieldValue] = []
    ) throws -> NewUser {
        guard let username = Username(name),
            let email = EmailAddress(email ?? "\(name)@example.org")
        else { throw UnusableName() }
        return NewUser(
            username: username, email: email, passwordHash: "!none", customFields: fields)
    }

    struct UnusableName: Error {}

    /// Registers somebody, as a client would.
    @discardableResult
    func register(
        _ name: String, email: String? = nil, at moment: Instant = now.advanced(seconds: -3600)
    ) throws -> UserID {
        _ = try store.requests.register(
            try newUser(name, email: email), token: token(at: moment), hidesTakenAddress: false,
            context: RequestContext(now: moment))
        return UserID(try number("SELECT id FROM users WHERE username_key = \(name)"))
    }

    /// The first number that a query gives, 0 for none.
    func number(_ sql: SQL) throws -> UInt64 {
        try connection.queryOne(sql)?.optionalUnsigned(0) ?? 0
    }

    func run(_ sql: SQL) throws {
        _ = try connection.execute(sql)
    }

    /// The events of the trail as `event reason actor`, in order.
    func events(of user: UserID) throws -> [String] {
        try connection.query(
            """
            SELECT CONCAT_WS(' ', event, reason, actor) FROM audit_events
            WHERE user_id = \(user.rawValue) ORDER BY id
            """
        ).map { try $0.text(0) }
    }
}
