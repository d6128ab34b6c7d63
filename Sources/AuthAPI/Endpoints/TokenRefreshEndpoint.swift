import Auth
import HTTP
import HTTPTypes
import JSON

extension Endpoints {
    /// `POST login/refresh/`.
    func refresh(_ call: Call) throws(Problem) -> Reply {
        let fields = try call.fields()
        var errors = FieldErrors()
        guard let token = fields.plainText("refresh", into: &errors) else {
            throw .invalid(errors)
        }
        let outcome: TokenRefresh.Outcome
        do throws(TokenRefresh.Failure) {
            outcome = try tokenRefresh.refresh(token, store: call.store, context: call.context)
        } catch {
            throw Problem(error)
        }
        var writer = JSONWriter(capacity: 768)
        writer.append(raw: #"{"access":"#)
        writer.append(string: outcome.access)
        if let refresh = outcome.refresh {
            writer.append(raw: #","refresh":"#)
            writer.append(string: refresh)
        }
        writer.append(raw: "}")
        return .answer(
            Answer(
                response: .json(.ok, writer.bytes), user: outcome.user,
                issued: outcome.refresh == nil ? .access : [.access, .refresh]))
    }
}
