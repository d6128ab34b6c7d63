import ArgumentParser
import Auth
import AuthStore
import Cryptography
import JSON
import Settings

/// `gatereeve token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Look at tokens.", subcommands: [TokenInspectCommand.self])
}

/// `gatereeve token inspect`.
struct TokenInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Tell what a token says and whether it would be taken.",
        discussion: """
            The token is asked for at the terminal, or is the first line of standard input: on a \
            command line other users of the machine could read it. It is not printed back.

            Header and claims are shown whoever wrote them; only with a `signed by` they are true. \
            A refresh token that was spent would not be taken, though within \
            tokens.rotation_grace_period its successor is given once more.

            Example: gatereeve token inspect < token-file

            Exit codes: 0 the token would be taken, 1 it would not, 64 no token, 78 faults in the \
            settings.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering {
            let administration = try Administration(options)
            let text = try Prompt.secret("Token: ", called: "token").trimmingPythonSpace()
            let token = text.hasPrefix("Bearer ") ? String(text.dropFirst(7)) : text
            let inspection = try TokenInspection(administration.values)
            let now = Instant.now
            let report = try inspection.inspect(
                token, store: administration.store.requests, at: now)
            guard let report else {
                Complaint.print("This is no JSON Web Token of three parts.")
                throw ExitCode.validationFailure
            }
            output.print(Self.json(report)) { Self.print(report, now: now) }
            guard report.verdict == .good else { throw ExitCode.failure }
        }
    }

    private static func print(_ report: TokenInspection.Report, now: Instant) {
        var members: [(name: String, value: String?)] = [
            ("would be taken", report.verdict.sentence),
            ("signed by", report.key ?? "nobody we know"),
        ]
        for member in report.header.members {
            members.append(("header \(member.name)", text(of: member.value)))
        }
        for member in report.claims.members {
            var value = text(of: member.value)
            if ["exp", "iat", "nbf"].contains(member.name), case .number(let number) = member.value,
                let seconds = number.wholeSeconds
            {
                value += "  \(Instant(unixSeconds: seconds).clockText(from: now))"
            }
            members.append(("claim \(member.name)", value))
        }
        Listing.print(members)
    }

    private static func text(of value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: JSONWriter.write(value), as: UTF8.self)
    }

    private static func json(_ report: TokenInspection.Report) -> JSONValue {
        .members(
            ("is_good", .boolean(report.verdict == .good)),
            ("verdict", .string(report.verdict.word)), ("signed_by", JSONValue(report.key)),
            ("header", .object(report.header)), ("claims", .object(report.claims)))
    }
}

extension TokenInspection.Verdict {
    /// For people.
    fileprivate var sentence: String {
        switch self {
        case .good: "yes"
        case .notSigned: "no: no configured key signed it with the configured algorithm"
        case .token(let fault), .refused(.token(let fault)):
            switch fault {
            case .invalid: "no: a time lies in the future, or a claim is not as it must be"
            case .expired: "no: it has expired"
            case .wrongType: "no: it is neither an access nor a refresh token"
            case .noType: "no: it does not say whether it is an access or a refresh token"
            case .noID: "no: it has no jti"
            case .noExpiry: "no: it has no exp"
            case .blacklisted:
                "no: it was ended by logout, rotation or the reuse of an older one"
            }
        case .refused(.sessionEnded): "no: the sessions of the user were ended after it was issued"
        case .refused(.inactiveUser): "no: the user is inactive"
        case .refused(.noSuchUser): "no: there is no such user"
        }
    }

    /// For scripts.
    fileprivate var word: String {
        switch self {
        case .good: "good"
        case .notSigned: "not_signed"
        case .token(let fault), .refused(.token(let fault)):
            switch fault {
            case .invalid: "invalid"
            case .expired: "expired"
            case .wrongType: "wrong_type"
            case .noType: "no_type"
            case .noID: "no_id"
            case .noExpiry: "no_expiry"
            case .blacklisted: "blacklisted"
            }
        case .refused(.sessionEnded): "session_ended"
        case .refused(.inactiveUser): "inactive_user"
        case .refused(.noSuchUser): "no_such_user"
        }
    }
}
