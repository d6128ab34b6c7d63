import ArgumentParser
import Auth
import AuthStore
import Glibc
import JSON
import MariaDB
import Settings

/// What every command of an administrator works with: the settings, the store, and who acts.
struct Administration {
    let values: SettingValues
    let store: AdministrationStore
    let fields: [CustomField]

    init(_ options: SettingsOptions) throws {
        values = try options.load()
        fields = values.userFields.map { CustomField($0) }
        store = AdministrationStore(
            ConnectionSettings(forAdministration: values),
            customFields: try CustomFieldColumns(fields))
    }

    /// Now, by the administrator.
    var context: RequestContext { RequestContext(now: .now, actor: Actor.name) }

    /// The one user that a text names.
    ///
    /// - Throws: `ExitCode` 2 after it has printed that there is none, 64 that there are several.
    func user(_ text: String) throws -> UserRecord {
        let users = try UserReference(text).map { try store.matches($0) } ?? []
        switch users.count {
        case 0:
            throw noUser(text)
        case 1:
            return users[0]
        default:
            let names = users.map {
                "  id:\($0.id.rawValue)  \($0.username)  \($0.email)".withoutControls
            }
            Complaint.print(
                "\"\(text.withoutControls)\" means several users. Say which, with id:, name: or "
                    + "email: before it:\n\(names.joined(separator: "\n"))")
            throw ExitCode(64)
        }
    }

    /// Changes an account and tells.
    ///
    /// - Parameters:
    ///   - word: What was done, for scripts.
    ///   - rest: The rest of the sentence that begins with the user, for people.
    ///   - body: Does it; false when the user is gone.
    func change(
        _ user: UserRecord, _ word: String, _ rest: String, _ output: OutputOptions,
        _ body: (RequestContext) throws -> Bool
    ) throws {
        guard try body(context) else { throw noUser(user.username) }
        output.print(
            "User \(user.id.rawValue), \(user.username.withoutControls), \(rest).",
            .init("id", JSONValue(user.id.rawValue)), .init("username", .string(user.username)),
            .init("done", .string(word)))
    }

    /// Prints that there is no such user; for a user that went away meanwhile, too.
    func noUser(_ text: String) -> ExitCode {
        Complaint.print("There is no user \"\(text.withoutControls)\".")
        return .nothingFound
    }
}

extension ExitCode {
    /// What was asked for does not exist.
    static let nothingFound = ExitCode(2)
}

/// Turns a failure of the database into a message and an exit code.
func administering(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as MariaDBError {
        Complaint.print("\(error)")
        throw ExitCode.failure
    } catch let error as StoreError {
        Complaint.print(error.reason)
        throw ExitCode.failure
    }
}

/// The same for a command that is about one user, which it finds first.
func administering(
    _ argument: UserArgument, _ options: SettingsOptions,
    _ body: (Administration, UserRecord) throws -> Void
) throws {
    try administering {
        let administration = try Administration(options)
        try body(administration, try administration.user(argument.user))
    }
}

/// The person at the command line, for the audit trail.
enum Actor {
    /// The system account; behind sudo that of the person and not root.
    static var name: String {
        // Anybody may set the variable, but only sudo and root itself run as root.
        if geteuid() == 0, let person = getenv("SUDO_USER") {
            return trimmed(String(cString: person))
        }
        return trimmed(SystemUser.name)
    }

    /// As much as the column of the audit trail holds.
    private static func trimmed(_ name: String) -> String { String(name.prefix(64)) }
}
