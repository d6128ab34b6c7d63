import Auth
import HTTP
import HTTPTypes
import JSON

extension Endpoints {
    /// `POST login/`.
    func logIn(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        let username = fields.plainText("username", into: &errors)
        let password = fields.plainText("password", trims: false, into: &errors)
        guard let username, let password else { throw .invalid(errors) }
        let attempt: Login.Attempt
        do {
            attempt = try login.begin(
                username: username, password: Password(password),
                deviceToken: call.head.deviceCookie, store: call.store, context: call.context)
        } catch {
            throw Problem(error)
        }
        let context = call.context
        let finish: Reply.Finish = { (result, store) throws(Problem) in
            guard case .compared(let matches, let upgraded) = result else { throw .hashingOverdue }
            let pair: TokenIssuer.Pair
            do throws(Login.FinishError) {
                pair = try login.finish(
                    attempt, matches: matches, upgradedHash: upgraded, store: store,
                    context: context)
            } catch {
                throw Problem(error).about(attempt.user)
            }
            var writer = JSONWriter(capacity: 768)
            writer.append(raw: #"{"refresh":"#)
            writer.append(string: pair.refresh)
            writer.append(raw: #","access":"#)
            writer.append(string: pair.access)
            writer.append(raw: "}")
            var response = Response.json(.ok, writer.bytes)
            if let token = login.deviceToken(after: attempt, context: context) {
                response.fields.append(deviceCookie.field(token))
            }
            return Answer(response: response, user: attempt.user, issued: [.access, .refresh])
        }
        return .afterHashing(attempt.work, finish: finish) { [attempt = attempt.mark] in
            login.settleLate(attempt, after: $1, store: $0, context: context)
        }
    }
}
