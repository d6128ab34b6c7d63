import Auth
import HTTP
import HTTPTypes

extension Endpoints {
    /// `GET verify-email/?token=…`.
    func verifyEmail(_ call: Call) throws(Problem) -> Reply {
        let token = FormReader.read(Array(call.head.query.utf8))?.last { $0.name == "token" }
        let isGood: Bool
        do {
            isGood = try emailVerification.open(
                token?.value ?? "", isReadOnly: call.head.method == .head, store: call.store,
                context: call.context)
        } catch {
            throw Problem(error)
        }
        if Accept(call.head.accept).prefersHTML {
            return .response(
                isGood
                    ? .page(pages.emailVerified(), status: .ok)
                    : .page(pages.emailNotVerified(), status: .badRequest))
        }
        guard isGood else { throw Problem(.badRequest, detail: Sentence.invalidLink) }
        return .response(.json(.ok, Array(#"{"detail":"Email verified."}"#.utf8)))
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
