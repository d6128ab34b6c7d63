import Auth
import HTTP
import HTTPTypes

extension Endpoints {
    /// `GET verify-email/?token=…`.
    func verifyEmail(_ call: Call) throws(Problem) -> Reply {
        let token = FormReader.read(Array(call.head.query.utf8))?.last { $0.name == "token" }
        let user: UserID?
        do {
            user = try emailVerification.open(
                token?.value ?? "", isReadOnly: call.head.method == .head, store: call.store,
                context: call.context)
        } catch {
            throw Problem(error)
        }
        if Accept(call.head.accept).prefersHTML {
            let page: Response =
                user == nil
                ? .page(pages.emailNotVerified(), status: .badRequest)
                : .page(pages.emailVerified(), status: .ok)
            return .answer(Answer(response: page, user: user))
        }
        guard user != nil else { throw Problem(.badRequest, detail: Sentence.invalidLink) }
        let body = Array(#"{"detail":"Email verified."}"#.utf8)
        return .answer(Answer(response: .json(.ok, body), user: user))
    }
}

extension Response {
    /// A page for a person; the address bar may hold a secret that must not go to other sites.
    static func page(_ page: Page, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, content: .html,
            fields: [
                HTTPField(name: .contentSecurityPolicy, value: page.contentSecurityPolicy),
                HTTPField(name: .referrerPolicy, value: "no-referrer"),
                HTTPField(name: .xFrameOptions, value: "DENY"),
            ],
            body: page.body)
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy") ?? .location
    static let xFrameOptions = Self("X-Frame-Options") ?? .location
}
