import ArgumentParser
import Auth
import AuthAPI
import Foundation
import Settings

extension Endpoints {
    /// All features with their settings.
    ///
    /// - Throws: `ExitCode` after it has printed what file is missing or wrong.
    init(
        _ values: SettingValues, customFields: [CustomField], metrics: any MetricsSource
    ) throws {
        let keys = try Keys(values)
        let issuer = TokenIssuer(settings: TokenSettings(values), signer: keys.signer)
        let passwordRule = try PasswordRule(values)
        let pages: Pages
        do {
            pages = try Pages(
                shipped: "\(values[PathKeys.share])/templates/pages",
                override: values.templateDirectory("pages"))
        } catch {
            Complaint.print("A page template has a fault. \(error)")
            throw ExitCode(78)
        }
        let limits = ThrottleLimits(values)
        self.init(
            registration: Registration(
                passwordRule: passwordRule, tokenKeys: keys.oneTime, limits: limits,
                linkLifetime: Int64(values[LinkKeys.verifyEmailLifetime]),
                hidesTakenAddresses: values[RegistrationKeys.hideTakenAddresses]),
            verificationAsksPassword: values[LinkKeys.verifyEmailAsksPassword],
            login: Login(
                issuer: issuer, limits: limits,
                deviceTokens: values[LimitKeys.deviceCookie] ? keys.device : nil,
                triesTrimmedPassword: values[LoginKeys.tryTrimmedPassword],
                recordsLastLogin: values[LoginKeys.recordLastLogin]),
            deviceCookie: DeviceCookie(
                prefix: values[PublicSettings.prefix],
                isSecure: values[PublicSettings.origin].hasPrefix("https:")),
            tokenRefresh: TokenRefresh(issuer: issuer),
            logout: Logout(
                issuer: issuer, acceptsAnyToken: values[TokenKeys.logoutAcceptsAnyToken]),
            passwordReset: PasswordReset(
                passwordRule: passwordRule, tokenKeys: keys.oneTime, limits: limits,
                linkLifetime: Int64(values[LinkKeys.passwordResetLifetime]),
                sendsNotice: values[MailKeys.passwordChangedNotice]),
            bearerCheck: BearerCheck(issuer: issuer), customFields: customFields, pages: pages,
            metrics: metrics)
    }
}

extension PasswordRule {
    /// The section `passwords`, with the list of common passwords.
    init(_ values: SettingValues) throws {
        self.init(
            policy: PasswordPolicy(values), commonPasswords: try CommonPasswordList.load(values))
    }
}

extension VerificationLinks {
    /// The sections `tokens` and `links`.
    init(_ values: SettingValues) throws {
        self.init(
            tokenKeys: try Keys(values).oneTime,
            lifetime: Int64(values[LinkKeys.verifyEmailLifetime]))
    }
}

extension SettingValues {
    /// The folder of an administrator's own templates; nil when there is none.
    func templateDirectory(_ name: String) -> String? {
        let path = "\(self[PathKeys.templates])/\(name)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}

extension ThrottleLimits {
    /// The section `limits`.
    fileprivate init(_ values: SettingValues) {
        self.init()
        isEnabled = values[LimitKeys.isEnabled]
        loginFailuresPerAccount = values[LimitKeys.loginFailuresPerAccount]
        loginFailuresPerNetwork = values[LimitKeys.loginFailuresPerNetwork]
        resetMailsPerAccount = values[LimitKeys.resetMailsPerAccount]
        resetMailsPerNetwork = values[LimitKeys.resetMailsPerNetwork]
        registrationsPerNetwork = values[LimitKeys.registrationsPerNetwork]
    }
}

extension PasswordPolicy {
    /// The section `passwords`.
    fileprivate init(_ values: SettingValues) {
        self.init()
        lengthMinimum = values[PasswordKeys.lengthMinimum]
        lengthMaximum = values[PasswordKeys.lengthMaximum]
    }
}

extension CommonPasswordList {
    fileprivate static func load(_ values: SettingValues) throws -> CommonPasswordList {
        let own = values[PasswordKeys.commonList]
        let path = own.isEmpty ? "\(values[PathKeys.share])/common-passwords.txt" : own
        guard let data = FileManager.default.contents(atPath: path) else {
            Complaint.print(
                "The list of common passwords \(path) cannot be read. It is part of the "
                    + "installation; see paths.share and passwords.common_list.")
            throw ExitCode(78)
        }
        guard let list = CommonPasswordList(contentsOf: Array(data)) else {
            Complaint.print("\(path): the lines must be sorted by bytes (LC_ALL=C sort -u).")
            throw ExitCode(78)
        }
        return list
    }
}

extension CustomField {
    /// The field of a declaration.
    init(_ declaration: UserFieldDeclaration) {
        let kind: Kind =
            switch declaration.kind {
            case .text:
                .text(
                    length: declaration.lengthMinimum...declaration.lengthMaximum,
                    pattern: declaration.pattern.flatMap { FieldPattern($0) })
            case .integer: .integer(declaration.minimum...declaration.maximum)
            case .boolean: .boolean
            case .date: .date
            }
        self.init(
            name: declaration.name, kind: kind, isRequired: declaration.isRequired,
            isSetAtRegistration: declaration.isSetAtRegistration,
            isInAccessToken: declaration.isInAccessToken)
    }
}
