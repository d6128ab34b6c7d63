public import Auth
import HTTP

/// The features behind the routes, with what the routes need beside them; the same for all threads.
public struct Endpoints: Sendable {
    let registration: Registration
    let emailVerification: EmailVerification
    let login: Login
    let tokenRefresh: TokenRefresh
    let logout: Logout
    let passwordReset: PasswordReset
    let bearerCheck: BearerCheck
    let customFields: [CustomField]
    let pages: Pages
    let metrics: any MetricsSource
    let readiness = Readiness()

    /// - Parameters:
    ///   - customFields: The declared fields of the user.
    ///   - pages: What people with a browser see.
    ///   - metrics: What `/metrics` shows.
    public init(
        registration: Registration, login: Login, tokenRefresh: TokenRefresh, logout: Logout,
        passwordReset: PasswordReset, bearerCheck: BearerCheck, customFields: [CustomField],
        pages: Pages, metrics: any MetricsSource
    ) {
        self.registration = registration
        self.emailVerification = EmailVerification()
        self.login = login
        self.tokenRefresh = tokenRefresh
        self.logout = logout
        self.passwordReset = passwordReset
        self.bearerCheck = bearerCheck
        self.customFields = customFields
        self.pages = pages
        self.metrics = metrics
    }
}
