import Auth
import HTTP
import HTTPTypes
import JSON

extension Endpoints {
    /// `POST register/`.
    func register(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        let settable = customFields.filter(\.isSetAtRegistration)
        let input = Registration.Input(
            username: fields.text("username", into: &errors),
            email: fields.text("email", notText: Sentence.invalidEmail, into: &errors),
            password: fields.text("password", trims: false, into: &errors).map(Password.init),
            customFields: CustomFieldReader.read(settable, from: fields, into: &errors))
        let attempt: Registration.Attempt
        do {
            attempt = try registration.begin(
                input, store: call.store, context: call.context)
        } catch {
            throw problem(error, beside: errors)
        }
        let context = call.context
        let finish: Reply.Finish = { (result, store) throws(Problem) in
            guard case .made(let hash) = result else { throw .hashingOverdue }
            let outcome: Registration.Outcome
            do throws(Registration.BeginError) {
                outcome = try registration.finish(
                    attempt, passwordHash: hash, store: store, context: context)
            } catch {
                throw problem(error, beside: FieldErrors())
            }
            let members =
                [
                    JSONObject.Member("username", .string(outcome.username)),
                    JSONObject.Member("email", .string(outcome.email)),
                ] + outcome.customFields.map { .init($0.field.name, $0.value.json) }
            return Answer(
                response: .json(.created, JSONWriter.write(.object(JSONObject(members)))),
                user: outcome.user)
        }
        return .afterHashing(
            attempt.work, finish: finish,
            takeBack: attempt.count.map { count -> PasswordRequest.TakeBack in
                // Once it is hashed, the account may have been written although the answer was lost.
                { (store, result) in if result == nil { store.tryToCancelAttempt(count) } }
            })
    }

    private func problem(_ error: Registration.BeginError, beside errors: FieldErrors) -> Problem {
        switch error {
        case .store(let error): return Problem(error)
        case .throttled(let throttled): return Problem(throttled)
        case .refused(let refusal):
            var errors = errors
            errors.add(refusal.username.map(\.sentence), to: "username")
            errors.add(refusal.email.map(\.sentence), to: "email")
            errors.add(refusal.password.map(\.sentence), to: "password")
            let order = ["username", "email", "password"] + customFields.map(\.name)
            return .invalid(errors.ordered(by: order))
        }
    }
}
