import Auth
import HTTP
import HTTPTypes

extension Endpoints {
    /// `POST password-reset/`.
    func requestPasswordReset(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        guard
            let typed = fields.text("email", notText: Sentence.invalidEmail, into: &errors)
        else { throw .invalid(errors) }
        guard let email = EmailAddress(typed) else {
            if typed.unicodeScalars.contains("\0") {
                errors.add([Sentence.nullCharacter], to: "email")
            }
            errors.add([Sentence.invalidEmail], to: "email")
            throw .invalid(errors)
        }
        do {
            try passwordReset.request(for: email, store: call.store, context: call.context)
        } catch {
            throw Problem(error)
        }
        let sentence = "If the email exists, a password reset link has been sent."
        // A mail that is written takes longer than none.
        return .paced(.json(.ok, Array(#"{"detail":"\#(sentence)"}"#.utf8)))
    }

    /// `GET password-reset-confirm/<uidb64>/<token>/` of a person who clicked the link.
    func passwordResetPage() -> Response {
        .page(pages.passwordReset(), status: .ok)
    }

    /// `PATCH password-reset-confirm/<uidb64>/<token>/`.
    func confirmPasswordReset(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        guard let password = fields.text("password", trims: false, into: &errors) else {
            throw .invalid(errors)
        }
        let attempt: PasswordReset.Attempt
        do {
            attempt = try passwordReset.begin(
                uidb64: call.pathParameters[0], token: call.pathParameters[1],
                password: Password(password), store: call.store, context: call.context)
        } catch {
            throw problem(error)
        }
        let context = call.context
        let finish: Reply.Finish = { (result, store) throws(Problem) in
            guard case .made(let hash) = result else { throw .hashingOverdue }
            do throws(PasswordReset.Failure) {
                try passwordReset.finish(
                    attempt, passwordHash: hash, store: store, context: context)
            } catch {
                throw problem(error).about(attempt.user)
            }
            return Answer(
                response: .json(.ok, Array(#"{"detail":"Password has been reset."}"#.utf8)),
                user: attempt.user)
        }
        return .afterHashing(attempt.work, finish: finish, takeBack: nil)
    }

    private func problem(_ failure: PasswordReset.Failure) -> Problem {
        var errors = FieldErrors()
        switch failure {
        case .store(let error): return Problem(error)
        case .password(let faults): errors.add(faults.map(\.sentence), to: "password")
        case .link: errors.add([Sentence.invalidLink], to: "token")
        }
        return .invalid(errors)
    }
}
