import Auth
import HTTP

extension Endpoints {
    /// `POST logout/`
    func logOut(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        guard let token = fields.plainText("refresh", into: &errors) else {
            throw .invalid(errors)
        }
        do {
            try logout.logOut(token, store: call.store, context: call.context)
        } catch .refused(let fault) {
            throw Problem(fault)
        } catch .store(let error) {
            throw Problem(error)
        }
        // 205 has no body (RFC 9110 §15.3.6).
        return .response(Response(status: .resetContent, content: .none))
    }
}
