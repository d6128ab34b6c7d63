import Auth
import AuthTesting
import HTTP
import HTTPTypes
import Testing

@testable import AuthAPI

@Suite("what every route does before and after its endpoint")
struct ServiceTests {
    private static let paths = [
        "register/", "verify-email/", "login/", "login/refresh/", "logout/", "password-reset/",
        "password-reset-confirm/MQ/x/",
    ]

    private func allow(_ path: String) -> String {
        path.hasPrefix("verify")
            ? "GET, HEAD, OPTIONS" : path.contains("confirm") ? "PATCH, OPTIONS" : "POST, OPTIONS"
    }

    @Test("an unknown path is 404 for every method", arguments: ["GET", "POST", "OPTIONS", "HEAD"])
    func notFound(method: String) throws {
        let place = try ServiceWorkplace()
        let answer = try place.send(try #require(HTTPRequest.Method(method)), "nothing/")
        #expect(answer.status == 404)
        #expect(answer.body == #"{"detail":"Not found."}"#)
        #expect(answer.fields["allow"] == nil)
        #expect(place.observer.summaries.first?.route == nil)
    }

    @Test("every other method is 405 with Allow and Vary", arguments: paths)
    func methods(path: String) throws {
        let place = try ServiceWorkplace()
        let allow = allow(path)
        for name in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "post"]
        where !allow.split(separator: ", ").map(String.init).contains(name) {
            let answer = try place.send(try #require(HTTPRequest.Method(name)), path, "{")
            #expect(answer.status == 405)
            #expect(answer.body == #"{"detail":"Method \"\#(name)\" not allowed."}"#)
            #expect(answer.fields["allow"] == allow)
            #expect(answer.fields["vary"] == "Accept")
        }
    }

    @Test("OPTIONS describes a route, whatever else is asked", arguments: paths)
    func options(path: String) throws {
        let answer = try ServiceWorkplace().send(
            .options, path, accept: "image/png", authorization: "Bearer x")
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix(#"{"name":""#))
        #expect(
            answer.body.hasSuffix(
                #"","description":"","renders":["application/json"],"parses":["application/json","#
                    + #""application/x-www-form-urlencoded","multipart/form-data"]}"#))
        #expect(answer.fields["allow"] == allow(path))
        #expect(answer.fields["cache-control"] == "no-store")
    }

    @Test("who takes neither JSON nor HTML gets 406 before anything else", arguments: paths)
    func notAcceptable(path: String) throws {
        let answer = try ServiceWorkplace().send(
            .delete, path, "{", contentType: "x/y", accept: "image/png", authorization: "Bearer x")
        #expect(answer.status == 406)
        #expect(answer.body == #"{"detail":"Could not satisfy the request Accept header."}"#)
        #expect(answer.fields["allow"] == allow(path))
    }

    @Test("a bad access token is 401 before 405, on the routes that are not about tokens")
    func bearer() throws {
        let place = try ServiceWorkplace()
        for path in Self.paths {
            let answer = try place.send(.delete, path, authorization: "Bearer x")
            let isAboutTokens = path.hasPrefix("log")
            #expect(answer.status == (isAboutTokens ? 405 : 401), "\(path)")
            guard !isAboutTokens else { continue }
            #expect(answer.fields["www-authenticate"] == #"Bearer realm="api""#)
            #expect(
                answer.body
                    == #"{"detail":"Given token not valid for any token type","#
                    + #""code":"token_not_valid","messages":[{"token_class":"AccessToken","#
                    + #""token_type":"access","message":"Token is invalid"}]}"#)
        }
    }

    @Test("another content type is 415, but an empty body has none", arguments: paths)
    func contentTypes(path: String) throws {
        guard !path.hasPrefix("verify") else { return }
        let place = try ServiceWorkplace()
        let method: HTTPRequest.Method = path.contains("confirm") ? .patch : .post
        let answer = try place.send(method, path, "x", contentType: "text/plain")
        #expect(answer.status == 415)
        #expect(answer.body == #"{"detail":"Unsupported media type \"text/plain\" in request."}"#)
        #expect(answer.fields["allow"] == allow(path))
        let empty = try place.send(method, path, "", contentType: "text/plain")
        #expect(empty.status == 400)
        #expect(empty.body.contains("This field is required."))
    }

    @Test("a body that is too large is 413, one that is cut 400", arguments: paths)
    func bodies(path: String) throws {
        guard !path.hasPrefix("verify") else { return }
        let place = try ServiceWorkplace()
        let method: HTTPRequest.Method = path.contains("confirm") ? .patch : .post
        let large = try place.send(method, path, String(repeating: " ", count: 65537))
        #expect(large.status == 413)
        #expect(large.body == #"{"detail":"Request body too large."}"#)
        let cut = try place.send(method, path, "{}", fault: .incomplete)
        #expect(cut.status == 400)
        #expect(cut.body == #"{"detail":"Request body incomplete."}"#)
        #expect(cut.fields["allow"] == allow(path))
    }

    @Test(
        "a full queue, and a wait that is too long, are 503, and no attempt stays counted",
        arguments: [
            ("login/", #"{"username":"ada","password":"correct horse"}"#, 200),
            (
                "register/",
                #"{"username":"b","email":"b@example.org","password":"correct horse"}"#, 201
            ),
        ])
    func hashing(path: String, body: String, success: Int) throws {
        let place = try ServiceWorkplace()
        try place.addUser()
        let cases: [(ImmediateQueue.Behaviour, String)] = [
            (.full, "hashing queue full"), (.refused(.notHashed), "hashing overdue"),
            (.refused(.noStore), "no time left for the database"),
            (.filledMeanwhile, "hashing queue full"),
        ]
        for (behaviour, failure) in cases {
            place.queue.behaviour = behaviour
            let answer = try place.send(.post, path, body)
            #expect(answer.status == 503)
            #expect(answer.body == #"{"detail":"Service temporarily unavailable."}"#)
            #expect(answer.fields["retry-after"] == "1")
            #expect(answer.fields["allow"] == "POST, OPTIONS")
            #expect(place.observer.summaries.last?.failure?.reason == failure)
            #expect(place.store.attempts.isEmpty)
        }
        place.queue.behaviour = .done
        #expect(try place.send(.post, path, body).status == success)
    }

    @Test(
        "what must not show its time is answered after 25 ms, or at the next whole 5 ms",
        arguments: [
            (0, 25_000), (1, 24_999), (24_999, 1), (25_000, 5000), (25_001, 4999), (29_999, 1),
            (61_000, 4000),
        ])
    func rest(age: UInt64, rest: UInt64) {
        #expect(Service.rest(fromAge: age) == rest)
    }

    @Test(
        """
        a request may ask the store until it is 2.5 seconds old, and 3 when its password is hashed, \
        the wait for the hash included; a late one has 0.3 seconds
        """,
        arguments: [
            (400_000, 1_000_000, [2_100_000, 2_000_000]),
            (1_999_999, 2_000_000, [500_001, 1_000_000]),
            (2_200_001, 2_600_000, [300_000, 400_000]), (1, 2_700_001, [2_499_999, 300_000]),
            (9_000_000, 9_000_000, [300_000, 300_000]),
        ])
    func storeTime(age: UInt64, ageAfterHash: UInt64, limits: [UInt64]) throws {
        let place = try ServiceWorkplace()
        try place.addUser()
        (place.age, place.ageAfterHash) = (age, ageAfterHash)
        #expect(try place.send(.post, "login/", Self.login).status == 200)
        #expect(place.store.timeLimits.suffix(2) == limits)
    }

    private static let login = #"{"username":"ada","password":"correct horse"}"#

    @Test("a store that fails is 503 everywhere, and why stays in the log")
    func storeFails() throws {
        let place = try ServiceWorkplace()
        try place.addUser()
        let tokens = try place.logIn()
        place.store.failure = StoreError(.unavailable, reason: "connection lost")
        let secret = String(repeating: "A", count: 43)
        let requests: [(HTTPRequest.Method, String, String)] = [
            (
                .post, "register/",
                #"{"username":"b","email":"b@example.org","password":"correct horse"}"#
            ),
            (.get, "verify-email/?token=\(secret)", ""),
            (.post, "login/", #"{"username":"ada","password":"x"}"#),
            (.post, "login/refresh/", #"{"refresh":"\#(tokens.refresh)"}"#),
            (.post, "logout/", #"{"refresh":"\#(tokens.refresh)"}"#),
            (.post, "password-reset/", #"{"email":"ada@example.org"}"#),
            (
                .patch, "password-reset-confirm/MQ/\(secret)/",
                #"{"password":"battery staple"}"#
            ),
        ]
        for (method, path, body) in requests {
            let answer = try place.send(method, path, body)
            #expect(answer.status == 503, "\(path)")
            #expect(answer.fields["retry-after"] == "1")
            #expect(!answer.body.contains("connection"))
            #expect(place.observer.summaries.last?.failure?.reason == "connection lost")
        }
        let shown = try place.send(
            .post, "register/", "{}", authorization: "Bearer \(tokens.access)")
        #expect(shown.status == 503)
    }

    @Test("operators see health and metrics, whatever they accept")
    func operations() throws {
        let place = try ServiceWorkplace()
        #expect(try place.send(.get, "/health/live").body == #"{"status":"live"}"#)
        #expect(try place.send(.get, "/health/ready").body == #"{"status":"ready"}"#)
        let metrics = try place.send(.get, "/metrics", accept: "application/openmetrics-text")
        #expect(metrics.status == 200)
        #expect(metrics.body == "waiting 0\n")
        let away = try ServiceWorkplace()
        away.store.failure = StoreError(.unavailable, reason: "away")
        #expect(try away.send(.get, "/health/live").status == 200)
        #expect(try away.send(.get, "/health/ready").status == 503)
        #expect(try away.send(.get, "/metrics").body == "waiting unknown\n")
    }
}
