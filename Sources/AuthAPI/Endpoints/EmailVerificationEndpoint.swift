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
        return .answer(Answer(response: .emailVerified, user: user))
    }
}

extension Endpoints {
    /// `GET verify-email/?token=…` of a person who clicked the link, where the password is asked for.
    func emailVerificationPage() -> Response {
        .page(pages.verifyEmail(), status: .ok)
    }

    /// `POST verify-email/` with token and password, where the password is asked for.
    func verifyEmailByPassword(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        let token = fields.plainText("token", into: &errors)
        let password = fields.plainText("password", trims: false, into: &errors)
        guard let token, let password else { throw .invalid(errors) }
        let attempt: EmailVerification.Attempt
        do {
            attempt = try emailVerification.begin(
                token: token, password: Password(password), store: call.store,
                context: call.context)
        } catch {
            throw Problem(error)
        }
        let context = call.context
        let finish: Reply.Finish = { (result, store) throws(Problem) in
            guard case .compared(let matches, _) = result else { throw .hashingOverdue }
            do throws(EmailVerification.Failure) {
                let user = try emailVerification.finish(
                    attempt, matches: matches, store: store, context: context)
                return Answer(response: .emailVerified, user: user)
            } catch {
                throw Problem(error).about(attempt.user)
            }
        }
        return .afterHashing(attempt.work, finish: finish) { [attempt = attempt.mark] in
            emailVerification.settleLate(attempt, after: $1, store: $0, context: context)
        }
    }
}

extension Problem {
    fileprivate init(_ failure: EmailVerification.Failure) {
        var errors = FieldErrors()
        switch failure {
        case .link:
            errors.add([Sentence.invalidLink], to: "token")
            self = .invalid(errors)
        case .password:
            errors.add([Sentence.wrongPassword], to: "password")
            self = .invalid(errors).counted(as: Login.Refusal.wrongPassword.rawValue)
        case .throttled(let throttled): self.init(throttled)
        case .store(let error): self.init(error)
        }
    }
}

extension Response {
    fileprivate static var emailVerified: Response {
        .json(.ok, Array(#"{"detail":"Email verified."}"#.utf8))
    }

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
