import ArgumentParser
import Auth
import AuthMail
import AuthStore
import SMTP
import Settings

/// Makes the links of mails: their secrets are derived when the mail is sent.
struct LinkMaker: Sendable {
    private let keys: OneTimeTokenKeys
    private let base: String
    private let verifyEmailURL: String
    private let passwordResetURL: String

    /// The sections `public` and `tokens`.
    init(_ values: SettingValues) throws {
        keys = try Keys(values).oneTime
        base = values[PublicSettings.origin] + values[PublicSettings.prefix]
        verifyEmailURL = values[PublicSettings.verifyEmailURL]
        passwordResetURL = values[PublicSettings.passwordResetURL]
    }

    /// The link of a mail; nil when it has none, or no key fits its token.
    func link(for mail: OutboxMail) -> String? {
        guard let purpose = mail.kind.linkPurpose, let tokenID = mail.tokenID,
            let digest = mail.tokenDigest,
            let token = keys.token(id: tokenID, purpose: purpose, digest: digest)
        else { return nil }
        let secret = token.revealForMail()
        let user = UserID(mail.userID).uidb64
        switch purpose {
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

extension SMTPSettings {
    /// The section `mail`.
    init(_ values: SettingValues) throws {
        let user = values[MailKeys.smtpUser]
        let credentials =
            user.isEmpty
            ? nil : SMTPCredentials(user: user, password: values[MailKeys.smtpPassword])
        do throws(URLFault) {
            try self.init(url: values[MailKeys.smtpURL], credentials: credentials)
        } catch {
            Complaint.print("mail.smtp_url: \(error)")
            throw ExitCode(78)
        }
        let authorities = values[MailKeys.authorityFile]
        if !authorities.isEmpty { certificateAuthorities = authorities }
    }
}
