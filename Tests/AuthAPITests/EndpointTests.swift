import Auth
import AuthTesting
import Cryptography
import Foundation
import HTTPTypes
import Testing

@testable import AuthAPI

@Suite("answers of the routes")
struct EndpointTests {
    private static let registration =
        #"{"username":"Ada","email":"Ada@Example.ORG","password":"correct horse"}"#

    @Test("an account lives from its registration to its logout")
    func life() throws {
        let place = try ServiceWorkplace()
        let registered = try place.send(.post, "register/", Self.registration)
        #expect(registered.status == 201)
        #expect(registered.body == #"{"username":"Ada","email":"Ada@example.org"}"#)
        let login = #"{"username":"ADA","password":"correct horse"}"#
        let inactive = try place.send(.post, "login/", login)
        #expect(inactive.status == 401)

        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        let head = try place.send(.head, "verify-email/?token=\(secret)")
        #expect(head.status == 200)
        #expect(try place.send(.post, "login/", login).status == 401)
        let verified = try place.send(.get, "verify-email/?token=\(secret)")
        #expect(verified.status == 200)
        #expect(verified.body == #"{"detail":"Email verified."}"#)

        let tokens = try place.logIn("ada")
        let body = #"{"refresh":"\#(tokens.refresh)"}"#
        let refreshed = try place.send(.post, "login/refresh/", body)
        #expect(refreshed.status == 200)
        #expect(refreshed.body.hasPrefix(#"{"access":"ey"#) && refreshed.body.hasSuffix("\"}"))
        #expect(!refreshed.body.contains("refresh"))

        let out = try place.send(.post, "logout/", body)
        #expect(out.status == 205)
        #expect(out.body == "")
        #expect(out.fields["content-type"] == nil)
        #expect(out.fields["content-length"] == "0")
        for path in ["logout/", "login/refresh/"] {
            let answer = try place.send(.post, path, body)
            #expect(answer.status == 401)
            #expect(
                answer.body == #"{"detail":"Token is blacklisted","code":"token_not_valid"}"#)
        }
    }

    @Test("a login leaves a cookie where the settings say so, and no other answer does")
    func deviceCookie() throws {
        let silent = try ServiceWorkplace()
        try silent.addUser()
        let body = #"{"username":"ada","password":"correct horse"}"#
        #expect(try silent.send(.post, "login/", body).fields["set-cookie"] == nil)

        let place = try ServiceWorkplace(
            deviceTokens: DeviceTokens([try HMACKey(Array("devices".utf8))]))
        try place.addUser()
        let cookie = try #require(try place.send(.post, "login/", body).fields["set-cookie"])
        let parts = cookie.components(separatedBy: "; ")
        #expect(parts[0].hasPrefix("gatereeve_device=") && parts[0].count == 17 + 54)
        #expect(
            parts.dropFirst() == [
                "Path=/api/auth/login", "Max-Age=2592000", "HttpOnly", "SameSite=Strict", "Secure",
            ])
        let wrong = #"{"username":"ada","password":"wrong horse"}"#
        #expect(try place.send(.post, "login/", wrong).fields["set-cookie"] == nil)
    }

    @Test("every refused login has the same answer")
    func refusedLogins() throws {
        let place = try ServiceWorkplace()
        try place.addUser("ada")
        try place.addUser("bob", isActive: false)
        place.store.add("eve", email: "eve@example.org")
        for (name, password) in [
            ("ada", "wrong"), ("nobody", "correct horse"), ("bob", "correct horse"), ("eve", "!"),
        ] {
            let answer = try place.send(
                .post, "login/", #"{"username":"\#(name)","password":"\#(password)"}"#)
            #expect(answer.status == 401)
            #expect(
                answer.body
                    == #"{"detail":"No active account found with the given credentials"}"#)
            #expect(answer.fields["www-authenticate"] == #"Bearer realm="api""#)
        }
        #expect(
            place.observer.summaries.map(\.reason)
                == ["wrong_password", "no_such_user", "inactive", "unusable_password"])
    }

    @Test("too many failed logins are told with the time to wait")
    func throttled() throws {
        var limits = ThrottleLimits()
        limits.loginFailuresPerAccount = 1
        let place = try ServiceWorkplace(limits: limits)
        let body = #"{"username":"ada","password":"x"}"#
        #expect(try place.send(.post, "login/", body).status == 401)
        let answer = try place.send(.post, "login/", body)
        #expect(answer.status == 429)
        #expect(
            answer.body
                == #"{"detail":"Request was throttled. Expected available in 3600 seconds."}"#)
        #expect(answer.fields["retry-after"] == "3600")
        #expect(place.observer.summaries.last?.reason == "throttled")
    }

    @Test("log and metrics are told whose account it was, which tokens went out, how logins ended")
    func told() throws {
        let place = try ServiceWorkplace()
        _ = try place.send(.post, "register/", Self.registration)
        let user = try #require(place.store.accounts.keys.first)
        let good = #"{"username":"ada","password":"correct horse"}"#
        _ = try place.send(.post, "login/", good)
        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        _ = try place.send(.get, "verify-email/?token=\(secret)")
        let token = #"{"refresh":"\#(try place.logIn("ada").refresh)"}"#
        _ = try place.send(.post, "login/", #"{"username":"ada","password":"wrong"}"#)
        _ = try place.send(.post, "login/", #"{"username":"nobody","password":"wrong"}"#)
        _ = try place.send(.post, "login/", "{")
        _ = try place.send(.options, "login/")
        for path in ["login/refresh/", "logout/", "login/refresh/"] {
            _ = try place.send(.post, path, token)
        }
        _ = try place.send(.post, "password-reset/", #"{"email":"ada@example.org"}"#)
        let reset = try #require(place.store.lastSecret(.passwordReset, keys: place.keys))
        let path = "password-reset-confirm/\(user.uidb64)/\(reset)/"
        _ = try place.send(.patch, path, #"{"password":"battery staple"}"#)
        place.queue.behaviour = .full
        _ = try place.send(.post, "login/", good)

        let told = place.observer.summaries.map { summary in
            let tokens = summary.issued.rawValue
            let name = summary.user == user ? "ada" : summary.user == nil ? "-" : "another"
            return "\(summary.route ?? "-") \(name) \(tokens) \(summary.loginOutcome ?? "-")"
        }
        #expect(
            told == [
                "register ada 0 -", "login ada 0 inactive", "verify-email ada 0 -",
                "login ada 3 succeeded", "login ada 0 wrong_password",
                "login - 0 no_such_user", "login - 0 malformed", "login - 0 -",
                "login-refresh ada 1 -", "logout ada 0 -", "login-refresh ada 0 -",
                "password-reset - 0 -", "password-reset-confirm ada 0 -", "login - 0 failed",
            ])
        let outcomes = Set(place.observer.summaries.compactMap(\.loginOutcome))
        #expect(outcomes.isSubset(of: RequestSummary.loginOutcomes))
        #expect(place.observer.summaries.last?.failure?.cause == .hashingQueueFull)
    }

    @Test("with rotation a refresh answers with both tokens")
    func rotation() throws {
        let place = try ServiceWorkplace { $0.rotatesRefreshTokens = true }
        try place.addUser()
        let answer = try place.send(
            .post, "login/refresh/", #"{"refresh":"\#(try place.logIn().refresh)"}"#)
        #expect(answer.body.hasPrefix(#"{"access":"ey"#))
        #expect(answer.body.contains(#"","refresh":"ey"#))
        #expect(place.observer.summaries.last?.issued == [.access, .refresh])
    }

    @Test("all faults of a registration come together, in the order of the fields")
    func registrationFaults() throws {
        let place = try ServiceWorkplace()
        try place.addUser("ada")
        let cases: [(String, String)] = [
            (
                "{}",
                #"{"username":["This field is required."],"email":["This field is required."],"#
                    + #""password":["This field is required."]}"#
            ),
            (
                #"{"password":"1","email":"ADA@example.org","username":"ADA"}"#,
                #"{"username":["A user with that username already exists."],"#
                    + #""email":["user with this email already exists."],"#
                    + #""password":["This password is too short. It must contain at least 8 "#
                    + #"characters.","This password is entirely numeric."]}"#
            ),
            (
                #"{"username":true,"email":[],"password":null}"#,
                #"{"username":["Not a valid string."],"email":["Enter a valid email address."],"#
                    + #""password":["This field may not be null."]}"#
            ),
            (
                #"{"username":" \n","email":"x","password":"password1"}"#,
                #"{"username":["This field may not be blank."],"#
                    + #""email":["Enter a valid email address."],"#
                    + #""password":["This password is too common."]}"#
            ),
            (
                #"{"username":"a b","email":"a\u0000@example.org","password":"\ud800"}"#,
                #"{"username":["Enter a valid username. This value may contain only letters, "#
                    + #"numbers, and @/./+/-/_ characters."],"#
                    + #""email":["Null characters are not allowed.","Enter a valid email address."],"#
                    + #""password":["Surrogate characters are not allowed: U+D800."]}"#
            ),
        ]
        for (body, faults) in cases {
            let answer = try place.send(.post, "register/", body)
            #expect(answer.status == 400)
            #expect(answer.body == faults)
        }
        #expect(place.store.accounts.count == 1)
    }

    @Test("a reset has the same answer for every address, and a link works once")
    func reset() throws {
        let place = try ServiceWorkplace()
        let user = try place.addUser()
        let sentence = "If the email exists, a password reset link has been sent."
        for email in ["nobody@example.org", "ADA@Example.org"] {
            let answer = try place.send(.post, "password-reset/", #"{"email":"\#(email)"}"#)
            #expect(answer.status == 200)
            #expect(answer.body == #"{"detail":"\#(sentence)"}"#)
        }
        // Both came at the next step of the clock, 1 microsecond of which was over.
        #expect(place.queue.held == [24_999, 24_999])
        let secret = try #require(place.store.lastSecret(.passwordReset, keys: place.keys))
        let path = "password-reset-confirm/\(user.uidb64)/\(secret)/"
        let short = try place.send(.patch, path, #"{"password":"short"}"#)
        #expect(short.status == 400)
        #expect(
            short.body
                == #"{"password":["This password is too short. It must contain at least 8 "#
                + #"characters."]}"#)
        let done = try place.send(.patch, path, #"{"password":"battery staple"}"#)
        #expect(done.status == 200)
        #expect(done.body == #"{"detail":"Password has been reset."}"#)
        let again = try place.send(.patch, path, #"{"password":"battery staple"}"#)
        #expect(again.status == 400)
        #expect(again.body == #"{"token":["Invalid or expired token."]}"#)
    }

    @Test("a person who opens a link gets a page, a program JSON")
    func pages() throws {
        let place = try ServiceWorkplace()
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        _ = try place.send(.post, "register/", Self.registration)
        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        let requests: [(String, Int)] = [
            ("verify-email/?token=\(secret)", 200), ("verify-email/?token=x", 400),
            ("verify-email/", 400), ("password-reset-confirm/MQ/x/", 200),
        ]
        for (path, status) in requests {
            let page = try place.send(.get, path, accept: browser)
            #expect(page.status == status, "\(path)")
            #expect(page.fields["content-type"] == "text/html; charset=utf-8")
            #expect(page.fields["referrer-policy"] == "no-referrer")
            #expect(page.fields["x-frame-options"] == "DENY")
            #expect(page.fields["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(
                page.body.hasPrefix("<!DOCTYPE html>") || page.body.hasPrefix("<!doctype html>"))
            #expect(!page.body.contains(secret))
        }
        let wrong = try place.send(.get, "verify-email/?token=x")
        #expect(wrong.status == 400)
        #expect(wrong.body == #"{"detail":"Invalid or expired token."}"#)
        let notForPrograms = try place.send(.get, "password-reset-confirm/MQ/x/")
        #expect(notForPrograms.status == 405)
        #expect(notForPrograms.fields["allow"] == "PATCH, OPTIONS")
    }

    @Test("where the settings ask for the password, an address is verified by a POST of both")
    func verificationByPassword() throws {
        let place = try ServiceWorkplace(verificationAsksPassword: true)
        _ = try place.send(.post, "register/", Self.registration)
        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        let path = "verify-email/?token=\(secret)"
        for method in [HTTPRequest.Method.get, .head] {
            let answer = try place.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] == "POST, OPTIONS")
        }
        let page = try place.send(.get, path, accept: "text/html")
        #expect(page.status == 200)
        #expect(page.body.contains("current-password") && !page.body.contains(secret))
        let cases: [(String, String)] = [
            (
                "{}",
                #"{"token":["This field is required."],"password":["This field is required."]}"#
            ),
            (
                #"{"token":"x","password":"correct horse"}"#,
                #"{"token":["Invalid or expired token."]}"#
            ),
            (
                #"{"token":"\#(secret)","password":"wrong horse"}"#,
                #"{"password":["Wrong password."]}"#
            ),
        ]
        for (body, faults) in cases {
            let answer = try place.send(.post, "verify-email/", body)
            #expect(answer.status == 400)
            #expect(answer.body == faults)
        }
        #expect(place.observer.summaries.last?.reason == "wrong_password")
        let good = #"{"token":"\#(secret)","password":"correct horse"}"#
        for behaviour in [ImmediateQueue.Behaviour.full, .filledMeanwhile, .refused(.notHashed)] {
            place.queue.behaviour = behaviour
            #expect(try place.send(.post, "verify-email/", good).status == 503)
            #expect(place.store.attempts.count { $0.usernameKey == "ada" } == 1)
        }
        place.queue.behaviour = .done
        #expect(place.store.accounts.values.map(\.isActive) == [false])
        let answer = try place.send(.post, "verify-email/", good)
        #expect(answer.status == 200)
        #expect(answer.body == #"{"detail":"Email verified."}"#)
        #expect(place.store.accounts.values.map(\.isActive) == [true])
        #expect(place.observer.summaries.last?.user == place.store.accounts.keys.first)
    }

    @Test("of several tokens of a query the last one counts")
    func query() throws {
        let place = try ServiceWorkplace()
        _ = try place.send(.post, "register/", Self.registration)
        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        #expect(try place.send(.head, "verify-email/?token=x&token=\(secret)").status == 200)
        #expect(try place.send(.head, "verify-email/?token=\(secret)&token=x").status == 400)
        #expect(try place.send(.head, "verify-email/?Token=\(secret)").status == 400)
    }
}
