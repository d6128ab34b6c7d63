import Auth
import HTTP
import HTTPTypes
import Testing

@testable import AuthAPI

@Suite("what a client is told, byte for byte")
struct ProblemTests {
    private func told(_ problem: Problem) -> String {
        "\(problem.response.status.code) \(String(decoding: problem.response.body, as: UTF8.self))"
    }

    @Test(
        "refused tokens",
        arguments: [
            (TokenFault.invalid, "Token is invalid"), (.expired, "Token is expired"),
            (.wrongType, "Token has wrong type"), (.noType, "Token has no type"),
            (.noID, "Token has no id"), (.noExpiry, "Token has no 'exp' claim"),
            (.blacklisted, "Token is blacklisted"),
        ])
    func tokens(fault: TokenFault, sentence: String) {
        let expected = #"401 {"detail":"\#(sentence)","code":"token_not_valid"}"#
        #expect(told(Problem(fault)) == expected)
        #expect(told(Problem(RefreshRefusal.token(fault))) == expected)
        #expect(told(Problem(TokenRefresh.Failure.refused(.token(fault), user: nil))) == expected)
        #expect(told(Problem(Logout.Failure.refused(fault, user: nil))) == expected)
        #expect(
            told(Problem(BearerCheck.Failure.token(fault)))
                == #"401 {"detail":"Given token not valid for any token type","#
                + #""code":"token_not_valid","messages":[{"token_class":"AccessToken","#
                + #""token_type":"access","message":"\#(sentence)"}]}"#)
    }

    @Test("refused refreshes look like ended tokens or inactive accounts")
    func refreshes() {
        #expect(told(Problem(RefreshRefusal.sessionEnded)) == told(Problem(TokenFault.blacklisted)))
        for refusal in [RefreshRefusal.inactiveUser, .noSuchUser] {
            #expect(
                told(Problem(refusal))
                    == #"401 {"detail":"No active account found for the given token."}"#)
        }
    }

    @Test("all refused logins look alike", arguments: Login.Refusal.allCases)
    func logins(refusal: Login.Refusal) {
        let problem = Problem(refusal)
        #expect(
            told(problem)
                == #"401 {"detail":"No active account found with the given credentials"}"#)
        #expect(problem.response.fields.map(\.value) == [#"Bearer realm="api""#])
        #expect(problem.response.fields == Problem(Login.Refusal.wrongPassword).response.fields)
    }

    @Test(
        "refused Authorization fields",
        arguments: [
            (
                BearerCheck.Failure.malformedField,
                #"{"detail":"Authorization header must contain two space-delimited values","#
                    + #""code":"bad_authorization_header"}"#
            ),
            (
                .noSubject,
                #"{"detail":"Token contained no recognizable user identification","#
                    + #""code":"token_not_valid"}"#
            ),
            (.noSuchUser, #"{"detail":"User not found","code":"user_not_found"}"#),
            (.inactiveUser, #"{"detail":"User is inactive","code":"user_inactive"}"#),
        ])
    func bearer(failure: BearerCheck.Failure, body: String) {
        #expect(told(Problem(failure)) == "401 " + body)
    }

    @Test("too many requests are told with the seconds to wait, one or more")
    func throttled() {
        let now = Instant(unixSeconds: 5000)
        let minute = Problem(Throttled(oldest: nil, now: now))
        #expect(
            told(minute)
                == #"429 {"detail":"Request was throttled. Expected available in 60 seconds."}"#)
        #expect(minute.response.fields.map(\.value) == ["60"])
        let second = Problem(Throttled(oldest: Instant(unixSeconds: 1401), now: now))
        #expect(
            told(second)
                == #"429 {"detail":"Request was throttled. Expected available in 1 second."}"#)
    }

    @Test("a failure of the store is told to the log alone")
    func store() {
        let problem = Problem(StoreError(.refused, reason: "table users is missing"))
        #expect(told(problem) == #"503 {"detail":"Service temporarily unavailable."}"#)
        #expect(problem.failure?.reason == "table users is missing")
    }

    @Test("every reason that a problem has is one that the metrics count")
    func reasons() {
        let problems =
            TokenFault.allCases.map { Problem($0) } + Login.Refusal.allCases.map { Problem($0) } + [
                Problem(RefreshRefusal.sessionEnded), Problem(RefreshRefusal.noSuchUser),
                Problem(Throttled(oldest: nil, now: Instant(unixSeconds: 0))),
            ]
        for problem in problems {
            #expect(problem.reason.map { Problem.reasons.contains($0) } == true)
        }
        #expect(Set(Problem.reasons).count == Problem.reasons.count)
    }

    @Test(
        "sentences about passwords",
        arguments: [
            (PasswordFault.tooSimilar(.username), "The password is too similar to the username."),
            (.tooSimilar(.email), "The password is too similar to the email address."),
            (
                .tooShort(minimum: 8),
                "This password is too short. It must contain at least 8 characters."
            ),
            (
                .tooShort(minimum: 1),
                "This password is too short. It must contain at least 1 character."
            ),
            (.tooCommon, "This password is too common."),
            (.entirelyNumeric, "This password is entirely numeric."),
            (.tooLong(maximum: 128), "Ensure this field has no more than 128 characters."),
            (.nullCharacter, "Null characters are not allowed."),
        ])
    func passwords(fault: PasswordFault, sentence: String) {
        #expect(fault.sentence == sentence)
    }
}
