public import Auth
import HTTP

/// The features behind the routes, with what the routes need beside them; the same for all threads.
public struct Endpoints: Sendable {
    let registration: Registration
    let emailVerification: EmailVerification
    let login: Login
    let deviceCookie: DeviceCookie
    let tokenRefresh: TokenRefresh
    let logout: Logout
    let passwordReset: PasswordReset
    let bearerCheck: BearerCheck
    let customFields: [CustomField]
    let pages: Pages
    let metrics: any MetricsSource
    let readiness = Readiness()

    /// - Parameters:
    ///   - verificationAsksPassword: Whether verifying an address takes the password, too.
    ///   - deviceCookie: How a device keeps the proof of a login, where ``login`` gives one.
    ///   - customFields: The declared fields of the user.
    ///   - pages: What people with a browser see.
    ///   - metrics: What `/metrics` shows.
    public init(
        registration: Registration, verificationAsksPassword: Bool, login: Login,
        deviceCookie: DeviceCookie, tokenRefresh: TokenRefresh, logout: Logout,
        passwordReset: PasswordReset,
        bearerCheck: BearerCheck, customFields: [CustomField], pages: Pages,
        metrics: any MetricsSource
    ) {
        self.registration = registration
        emailVerification = EmailVerification(
            asksPassword: verificationAsksPassword, login: login)
        self.login = login
        self.deviceCookie = deviceCookie
        self.tokenRefresh = tokenRefresh
        self.logout = logout
        self.passwordReset = passwordReset
        self.bearerCheck = bearerCheck
        self.customFields = customFields
        self.pages = pages
        self.metrics = metrics
    }

    /// The routes of the public interface with these features.
    var routes: [Route] {
        emailVerification.asksPassword ? Routes.verifyingByPassword : Routes.all
    }
}
