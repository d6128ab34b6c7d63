import ArgumentParser
import Auth
import AuthAPI
import AuthStore
import Cryptography
import JSON
import MariaDB
import Settings

/// `gatereeve user create`.
struct UserCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an account, by the rules of registration.",
        discussion: """
            The password is asked for at the terminal, or is the first line of standard input. It \
            is never taken from the command line, where other users of the machine could read it.

            The account is inactive, and a mail with a link verifies it, unless you say --active. \
            With --no-password nothing opens it until its owner has asked for a password reset.

            Example: gatereeve user create ada ada@example.org --active < password-file
            """)

    @Argument(help: "The name.")
    var username: String

    @Argument(help: "The address.")
    var email: String

    @Flag(help: "Make it active at once, and send no mail.")
    var active = false

    @Flag(help: "Set no password.")
    var noPassword = false

    @Option(
        help: ArgumentHelp(
            "Set a field of user.fields; may be repeated.", valueName: "name=value"))
    var field: [String] = []

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for text in field where !text.contains("=") {
            throw ValidationError("--field takes a name and a value: --field \(text)=…")
        }
    }

    func run() throws {
        try administering {
            let administration = try Administration(options)
            let creation = AccountCreation(
                passwordRule: try PasswordRule(administration.values),
                links: try VerificationLinks(administration.values))
            let customFields = try customFields(administration.fields)
            let input = AccountCreation.Input(
                username: username.trimmingPythonSpace(), email: email.trimmingPythonSpace(),
                password: noPassword ? nil : try Prompt.newPassword(), customFields: customFields)
            let attempt = try begin(creation, input, administration.store)
            let hash = try attempt.work.map {
                try PasswordHasher(administration.values).hash(of: $0)
            }
            let context = administration.context
            let user = creation.user(attempt, passwordHash: hash)
            let id: UserID
            do {
                id = try administration.store.create(
                    user, verification: active ? nil : creation.verification(at: context.now),
                    context: context)
            } catch let error as MariaDBError where error.duplicateKeyName != nil {
                Complaint.print("Name or address were taken in this moment. Nothing was changed.")
                throw ExitCode.failure
            }
            output.print(
                "User \(id.rawValue), \(user.username.text), was made and is "
                    + (active ? "active." : "inactive; a mail with a link is on its way."),
                .init("id", JSONValue(id.rawValue)), .init("username", .string(user.username.text)),
                .init("email", .string(user.email.text)), .init("is_active", .boolean(active)))
        }
    }

    private func customFields(_ fields: [CustomField]) throws -> [CustomFieldValue] {
        let texts = field.map { text -> (name: String, value: String) in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
        do throws(CustomFieldTexts.Faults) {
            return try CustomFieldTexts.read(texts, as: fields)
        } catch {
            throw refusal(error.sentences)
        }
    }

    private func begin(
        _ creation: AccountCreation, _ input: AccountCreation.Input, _ store: AdministrationStore
    ) throws -> AccountCreation.Attempt {
        do throws(AccountCreation.Failure) {
            return try creation.begin(input, store: store.requests)
        } catch {
            switch error {
            case .store(let error): throw error
            case .refused(let faults):
                throw refusal(
                    faults.username.map { "username: \($0.sentence)" }
                        + faults.email.map { "email: \($0.sentence)" }
                        + faults.password.map { "password: \($0.sentence)" })
            }
        }
    }

    private func refusal(_ sentences: [String]) -> ExitCode {
        for sentence in sentences { Complaint.print(sentence.withoutControls) }
        return .failure
    }
}

extension PasswordHasher {
    /// Does the expensive part of a command, on this thread.
    func hash(of work: PasswordWork) throws -> String {
        let workspace = HashingWorkspace(keptMemoryKiB: parameters.memoryKiB)
        guard case .made(let hash) = try? perform(work, in: workspace) else {
            Complaint.print(
                "There is no memory for a password hash of \(parameters.memoryKiB) KiB.")
            throw ExitCode.failure
        }
        return hash
    }
}
