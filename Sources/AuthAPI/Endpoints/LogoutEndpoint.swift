import Auth
import HTTP
import HTTPTypes

extension Endpoints {
    /// `POST logout/`.
    func logOut(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        guard let token = fields.plainText("refresh", into: &errors) else {
            throw .invalid(errors)
        }
        let user: UserID?
        do throws(Logout.Failure) {
            user = try logout.logOut(token, store: call.store, context: call.context)
        } catch {
            throw Problem(error)
        }
        // 205 has no body (RFC 9110 §15.3.6).
        return .answer(
            Answer(response: Response(status: .resetContent, content: .none), user: user))
    }
}
