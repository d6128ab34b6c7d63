import Auth
import HTTP
import HTTPTypes

/// One request on its way to an endpoint.
struct Call {
    /// What the request says before its body.
    let head: RequestHead
    /// What the path says beyond its route, percent-decoded.
    let pathParameters: [String]
    /// The body; empty for methods that have none.
    let body: [UInt8]
    /// What this thread keeps its data in.
    let store: any Store
    /// When, from where and under which id.
    let context: RequestContext

    /// The fields of the body.
    func fields() throws(Problem) -> BodyFields {
        try BodyFields(body, contentType: head.contentType)
    }
}

/// What an endpoint makes of a call.
enum Reply {
    /// The answer.
    case answer(Answer)
    /// The answer, held as ``Service/rest(fromAge:)`` says: how long the work took does not show.
    case paced(Response)
    /// A password must be hashed first; then the one function answers, or the other, if there is one, takes
    /// back what was written down.
    case afterHashing(PasswordWork, finish: Finish, takeBack: PasswordRequest.TakeBack?)

    /// Answers with what came of a hash.
    typealias Finish = @Sendable (PasswordWorkResult, any Store) throws(Problem) -> Answer

    /// An answer of which there is nothing more to tell.
    static func response(_ response: Response) -> Reply { .answer(Answer(response: response)) }
}

extension Response {
    /// An answer whose body is JSON that the program wrote.
    static func json(_ status: HTTPResponse.Status, _ body: [UInt8]) -> Response {
        Response(status: status, body: body)
    }
}
