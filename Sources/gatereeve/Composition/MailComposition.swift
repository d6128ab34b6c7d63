import ArgumentParser
import Auth
import AuthMail
import AuthStore
import SMTP
import Settings

/// Makes the links of mails: their secrets are derived when the mail is sent.
struct LinkMaker {
    private let keys: OneTimeTokenKeys
    private let digest: (_ tokenID: [UInt8]) -> [UInt8]?
    private let base: String
    private let verifyEmailURL: String
    private let passwordResetURL: String

    /// - Parameter digest: The digest that the store has for a token.
    init(_ values: SettingValues, digest: @escaping ([UInt8]) -> [UInt8]?) throws {
        keys = try Keys(values).oneTime
        self.digest = digest
        base = values[PublicSettings.origin] + values[PublicSettings.prefix]
        verifyEmailURL = values[PublicSettings.verifyEmailURL]
        passwordResetURL = values[PublicSettings.passwordResetURL]
    }

    /// The link of a mail; nil when no key fits its token.
    func link(for mail: OutboxMail) -> String? {
        guard let tokenID = mail.tokenID, let digest = digest(tokenID),
            let token = keys.token(id: tokenID, purpose: mail.kind.purpose, digest: digest)
        else { return nil }
        let secret = token.revealForMail()
        let user = UserID(mail.userID).uidb64
        switch mail.kind {
        case .verifyEmail:
            return verifyEmailURL.isEmpty
                ? "\(base)/verify-email/?token=\(secret)"
                : verifyEmailURL.replacing("{token}", with: secret)
        case .passwordReset:
            return passwordResetURL.isEmpty
                ? "\(base)/password-reset-confirm/\(user)/\(secret)/"
                : passwordResetURL.replacing("{uid}", with: user).replacing("{token}", with: secret)
        }
    }
}

extension MailKind {
    fileprivate var purpose: OneTimePurpose {
        switch self {
        case .verifyEmail: .verifyEmail
        case .passwordReset: .passwordReset
        }
    }
}

extension SMTPSettings {
    /// The section `mail`.
    init(_ values: SettingValues) throws {
        do throws(URLFault) {
            try self.init(url: values[MailKeys.smtpURL])
        } catch {
            Complaint.print("mail.smtp_url is no URL of a mail server: \(error)")
            throw ExitCode(78)
        }
        let user = values[MailKeys.smtpUser]
        if !user.isEmpty {
            credentials = SMTPCredentials(user: user, password: values[MailKeys.smtpPassword])
        }
        let authorities = values[MailKeys.authorityFile]
        if !authorities.isEmpty { certificateAuthorities = authorities }
    }
}
