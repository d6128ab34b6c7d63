import MariaDB

/// An account of the service in MariaDB and what it may do: no more than it needs.
///
/// The server knows the account by the system user of the same name (`unix_socket`), so there is no
/// password. Neither may change the schema.
public struct DatabaseAccount: Sendable {
    /// What may be done with the rows of a table.
    public enum Right: String, Sendable {
        /// Reading.
        case select = "SELECT"
        /// Adding.
        case insert = "INSERT"
        /// Changing.
        case update = "UPDATE"
        /// Removing.
        case delete = "DELETE"
    }

    /// The name, here and in the system.
    public let name: String
    /// The rights on each table; none on any other.
    public let rights: [(table: String, rights: [Right])]

    /// Answers requests.
    ///
    /// It can neither remove users, nor make a token good again that was ended,
    /// nor change or read what the audit trail says.
    public static let responder = DatabaseAccount(
        name: "gatereeve",
        rights: [
            ("users", [.select, .insert, .update]),
            ("one_time_tokens", [.select, .insert, .update, .delete]),
            ("refresh_token_blacklist", [.select, .insert]),
            ("mail_outbox", [.select, .insert]),
            ("attempts", [.select, .insert, .update, .delete]),
            ("audit_events", [.insert]),
            ("schema_migrations", [.select]),
        ])

    /// Sends mails and removes what has expired.
    ///
    /// It can neither make nor change accounts and tokens.
    public static let worker = DatabaseAccount(
        name: "gatereeve-worker",
        rights: [
            ("users", [.select]),
            ("one_time_tokens", [.select, .delete]),
            ("refresh_token_blacklist", [.select, .delete]),
            ("mail_outbox", [.select, .update, .delete]),
            ("attempts", [.select, .delete]),
            ("audit_events", [.select, .insert, .delete]),
            ("schema_migrations", [.select]),
        ])

    /// Both accounts.
    public static let all = [responder, worker]
}

/// The name of a database, safe between backticks.
public struct DatabaseName: Hashable, Sendable, CustomStringConvertible {
    /// The name without backticks.
    public let description: String

    /// Takes 1 to 64 ASCII letters, digits, `_` and `-`; any other text gives nil.
    public init?(_ text: String) {
        let isSafe = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isSafe, (1...64).contains(text.utf8.count) else { return nil }
        description = text
    }
}

/// The statements that prepare a database server; each may run again at any time.
public enum DatabaseSetup {
    /// Makes the database and the accounts; comes before the migrations.
    public static func creation(of database: DatabaseName) -> String {
        """
        CREATE DATABASE IF NOT EXISTS `\(database)`
            CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

        """
            + DatabaseAccount.all.map {
                "CREATE USER IF NOT EXISTS `\($0.name)`@localhost IDENTIFIED VIA unix_socket;\n"
            }.joined()
    }

    /// Gives the accounts their rights; comes after the migrations, since the server wants the
    /// tables to be there.
    public static func grants(on database: DatabaseName) -> String {
        DatabaseAccount.all.flatMap { account in
            account.rights.map { table, rights in
                let list = rights.map(\.rawValue).joined(separator: ", ")
                return "GRANT \(list) ON `\(database)`.\(table) TO `\(account.name)`@localhost;\n"
            }
        }.joined()
    }
}
