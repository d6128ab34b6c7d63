import HTTPTypes
import Testing

@testable import AuthAPI

@Suite("routes")
struct RouteTests {
    /// The public interface as it is documented; what is not here is not reachable.
    struct Documented: Sendable {
        let path: String
        let allow: String
        let takesBody: Bool
        let checksBearer: Bool
        let hashesPassword: Bool
    }

    static let documented: [Documented] = [
        .init(
            path: "register", allow: "POST, OPTIONS", takesBody: true, checksBearer: true,
            hashesPassword: true),
        .init(
            path: "verify-email", allow: "GET, HEAD, OPTIONS", takesBody: false,
            checksBearer: true, hashesPassword: false),
        .init(
            path: "login", allow: "POST, OPTIONS", takesBody: true, checksBearer: false,
            hashesPassword: true),
        .init(
            path: "login/refresh", allow: "POST, OPTIONS", takesBody: true, checksBearer: false,
            hashesPassword: false),
        .init(
            path: "logout", allow: "POST, OPTIONS", takesBody: true, checksBearer: false,
            hashesPassword: false),
        .init(
            path: "password-reset", allow: "POST, OPTIONS", takesBody: true, checksBearer: true,
            hashesPassword: false),
        .init(
            path: "password-reset-confirm/<uidb64>/<token>", allow: "PATCH, OPTIONS",
            takesBody: true, checksBearer: true, hashesPassword: true),
    ]

    @Test("the table is the documented interface, row by row")
    func table() {
        #expect(Routes.all.map { $0.path.joined(separator: "/") } == Self.documented.map(\.path))
        for (route, documented) in zip(Routes.all, Self.documented) {
            let head = String(decoding: route.head, as: UTF8.self)
            #expect(head == "\r\nAllow: \(documented.allow)\r\nVary: Accept")
            #expect(route.bodyLimit == (documented.takesBody ? 65536 : 0))
            #expect(route.checksBearer == documented.checksBearer)
            #expect(route.hashesPassword == documented.hashesPassword)
            #expect((route.page != nil) == documented.path.contains("confirm"))
            #expect(!route.acceptsAnything)
        }
    }

    @Test("where verifying takes the password, that row alone is another")
    func verifyingByPassword() throws {
        #expect(Routes.verifyingByPassword.count == Routes.all.count)
        let changed = zip(Routes.all, Routes.verifyingByPassword).filter { $0 !== $1 }.map(\.1)
        let route = try #require(changed.first)
        #expect(changed.count == 1)
        #expect(route.name == "verify-email" && route.path == ["verify-email"])
        #expect(route.methods == [.post])
        #expect(route.bodyLimit == 65536)
        #expect(route.checksBearer && route.hashesPassword && route.handlesSecret)
        #expect(route.page != nil)
    }

    @Test("what is for operators stands outside of the prefix, reads only and takes no body")
    func operations() {
        #expect(
            Routes.operations.map { $0.path.joined(separator: "/") }
                == ["health/live", "health/ready", "metrics"])
        for route in Routes.operations {
            #expect(route.methods == [.get, .head])
            #expect(route.bodyLimit == 0)
        }
    }

    @Test("every route has a name of its own")
    func names() {
        #expect(Set(Routes.names).count == Routes.all.count + Routes.operations.count)
    }
}

@Suite("router")
struct RouterTests {
    private func found(_ path: String, prefix: String = "/api/auth") -> String? {
        Router(prefix: prefix).route(path).map {
            ([$0.route.name] + $0.parameters).joined(separator: " ")
        }
    }

    @Test(
        "a path is found with and without its slash at the end, and percent-encoded",
        arguments: [
            ("/api/auth/login/", "login"), ("/api/auth/login", "login"),
            ("/api/auth/login/refresh/", "login-refresh"),
            ("/api/auth/login/refresh", "login-refresh"), ("/api/auth/log%69n/", "login"),
            ("/api/auth/login%2F", "login"), ("/api%2Fauth/login/", "login"),
            ("/api/auth/login%2frefresh/", "login-refresh"), ("/health/live", "health-live"),
            ("/health/ready/", "health-ready"), ("/metrics", "metrics"),
            (
                "/api/auth/password-reset-confirm/MQ/a-b_c/",
                "password-reset-confirm MQ a-b_c"
            ),
            ("/api/auth/password-reset-confirm/MQ/x", "password-reset-confirm MQ x"),
            ("/api/auth/password-reset-confirm/%4DQ/%C3%A9/", "password-reset-confirm MQ é"),
        ])
    func found(path: String, name: String) {
        #expect(found(path) == name)
    }

    @Test(
        "every other path is none",
        arguments: [
            "", "/", "/api/auth", "/api/auth/", "/api/auth//", "/api/auth/nothing/", "login/",
            "/login/", "/api/auth/login//", "//api/auth/login/", "/api//auth/login/",
            "/api/auth//login/", "/api/auth/Login/", "/API/auth/login/", "/api/auth/login/x/",
            "/api/auth/./login/", "/api/auth/../login/", "/api/auth/x/../login/",
            "/api/auth/login/%2e%2e/login/", "/api/auth/login;x=1/", "/api/auth/login/;x",
            "/api/auth/login.json", "/api/auth/login%00", "/api/auth/login/%00/",
            "/api/auth/login%20", "/api/auth/login%2520", "/api/auth/log%6", "/api/auth/login%ff",
            "/api/auth/password-reset-confirm/", "/api/auth/password-reset-confirm/MQ/",
            "/api/auth/password-reset-confirm/MQ/a/b/", "/api/auth/password-reset-confirm//a/",
            "/api/auth/password-reset-confirm/MQ//", "/api/auth/password-reset-confirm/%ff/a/",
            "/api/auth/password-reset-confirm/a%00/a/", "/api/auth/<uidb64>", "/health", "/health/",
            "/api/auth/health/live", "/api/auth/metrics", "/apixauth/login/",
            "/api/auth/logi\u{6E}\u{301}",
        ])
    func none(path: String) {
        #expect(found(path) == nil)
    }

    @Test(
        "a part of a path cannot bring along a slash, not even in one Character with it",
        arguments: ["MQ%2Fx/a", "MQ/\u{301}x/a", "M\u{600}/Q/a"])
    func slashInPart(parts: String) {
        #expect(found("/api/auth/password-reset-confirm/\(parts)/") == nil)
    }

    @Test("a sign that joins the slash behind it stays part of the secret")
    func joiningSign() {
        #expect(
            found("/api/auth/password-reset-confirm/MQ/a\u{600}/")
                == "password-reset-confirm MQ a\u{600}")
    }

    @Test("the prefix is a setting")
    func prefix() {
        #expect(found("/a/login/", prefix: "/a") == "login")
        #expect(found("/api/auth/login/", prefix: "/a") == nil)
        #expect(found("/metrics", prefix: "/a") == "metrics")
    }
}
