public import Auth
public import AuthAPI
import Foundation

/// The features of a service whose settings are the defaults, for tests.
public enum TestEndpoints {
    /// The one common password.
    public static let commonPassword = "password1"

    /// - Parameters:
    ///   - limits: How much is let through.
    ///   - verificationAsksPassword: Whether verifying an address takes the password, too.
    ///   - deviceTokens: What proves that a device has logged in before.
    ///   - customFields: The declared fields.
    ///   - metrics: What `/metrics` shows.
    /// - Throws: `PageError`, when a shipped page is missing.
    public static func make(
        issuer: TokenIssuer, keys: OneTimeTokenKeys, limits: ThrottleLimits = ThrottleLimits(),
        verificationAsksPassword: Bool = false, deviceTokens: DeviceTokens? = nil,
        customFields: [CustomField] = [], metrics: any MetricsSource
    ) throws -> Endpoints {
        guard let common = CommonPasswordList(contentsOf: Array("\(commonPassword)\n".utf8)) else {
            preconditionFailure("one line is a sorted list")
        }
        let rule = PasswordRule(policy: PasswordPolicy(), commonPasswords: common)
        return Endpoints(
            registration: Registration(
                passwordRule: rule, tokenKeys: keys, limits: limits, linkLifetime: 600,
                hidesTakenAddresses: false),
            verificationAsksPassword: verificationAsksPassword,
            login: Login(
                issuer: issuer, limits: limits, deviceTokens: deviceTokens,
                triesTrimmedPassword: true,
                recordsLastLogin: false),
            deviceCookie: DeviceCookie(prefix: "/api/auth", isSecure: true),
            tokenRefresh: TokenRefresh(issuer: issuer), logout: Logout(issuer: issuer),
            passwordReset: PasswordReset(
                passwordRule: rule, tokenKeys: keys, limits: limits, linkLifetime: 600,
                sendsNotice: true),
            bearerCheck: BearerCheck(issuer: issuer), customFields: customFields,
            pages: try Pages(shipped: shippedPages, override: nil), metrics: metrics)
    }

    /// The folder of the shipped pages.
    public static let shippedPages = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../share/templates/pages").standardized.path
}
