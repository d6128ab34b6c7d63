import Testing

@testable import SMTP

@Suite("mail server URL")
struct SMTPSettingsURLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let url: String
        let host: String
        let port: UInt16
        let security: SMTPSettings.Security
        var credentials: SMTPCredentials?
        var testDescription: String { url }
    }

    @Test(
        "names a server and how to talk to it",
        arguments: [
            Row(url: "smtp://127.0.0.1:2525", host: "127.0.0.1", port: 2525, security: .none),
            Row(url: "smtp://localhost", host: "localhost", port: 25, security: .none),
            Row(url: "smtp://[::1]:1025/", host: "::1", port: 1025, security: .none),
            Row(
                url: "smtp://localhost?security=starttls", host: "localhost", port: 25,
                security: .startTLS),
            Row(
                url: "SMTP://mail.example.org", host: "mail.example.org", port: 587,
                security: .startTLS),
            Row(
                url: "smtp://mail.example.org:587?starttls=required", host: "mail.example.org",
                port: 587, security: .startTLS),
            Row(
                url: "smtp://relay.lan:25?security=none", host: "relay.lan", port: 25,
                security: .none),
            Row(
                url: "smtps://ada%40example.org:p%3a%40%2fss@mail.example.org",
                host: "mail.example.org", port: 465, security: .implicitTLS,
                credentials: SMTPCredentials(user: "ada@example.org", password: "p:@/ss")),
            Row(
                url: "smtp://ada:pw@127.0.0.1:25", host: "127.0.0.1", port: 25, security: .none,
                credentials: SMTPCredentials(user: "ada", password: "pw")),
            Row(
                url: "smtp://mail.example.org?security=tls", host: "mail.example.org", port: 465,
                security: .implicitTLS),
        ])
    func reads(_ row: Row) throws {
        let settings = try SMTPSettings(url: row.url)
        #expect(settings.host == row.host)
        #expect(settings.port == row.port)
        #expect(settings.security == row.security)
        #expect(settings.credentials == row.credentials)
        #expect(settings.connectTimeout == 10_000)
        #expect(settings.totalTimeout == 30_000)
    }

    @Test(
        "refuses what it does not understand",
        arguments: [
            ("", .scheme), ("mail.example.org", .scheme), ("http://mail.example.org", .scheme),
            ("smtp://", .host), ("smtp://:25", .host), ("smtp://[::1", .host),
            ("smtp://[evil]", .host), ("smtp://ex ample", .host), ("smtp://a\r\nb", .host),
            ("smtp://host:0", .port), ("smtp://host:65536", .port), ("smtp://host:", .port),
            ("smtp://host:2 5", .port), ("smtp://[::1]25", .port),
            ("smtp://a%4:pw@127.0.0.1", .percentEncoding),
            ("smtp://a:%zz@127.0.0.1", .percentEncoding),
            ("smtp://a:%00@127.0.0.1", .percentEncoding),
            ("smtp://a:%ff@127.0.0.1", .percentEncoding),
            ("smtp://host/path", .unknownPart), ("smtp://host#part", .unknownPart),
            ("smtp://host?timeout=1", .unknownPart), ("smtp://host?security=maybe", .security),
            ("smtp://host?starttls=optional", .security),
            ("smtps://host?security=none", .security),
            ("smtp://ada:pw@mail.example.org?security=none", .passwordWithoutEncryption),
            ("smtp://ada:pw@127.0.0.1.example.org?security=none", .passwordWithoutEncryption),
        ] as [(String, SMTPSettings.URLFault)])
    func refuses(url: String, fault: SMTPSettings.URLFault) {
        #expect(throws: fault) { try SMTPSettings(url: url) }
    }

    @Test("credentials from elsewhere win, and are kept from an open network as well")
    func takesCredentials() throws {
        let credentials = SMTPCredentials(user: "eve", password: "pw")
        for url in ["smtps://mail.example.org", "smtps://ada:old@mail.example.org"] {
            #expect(try SMTPSettings(url: url, credentials: credentials).credentials == credentials)
        }
        #expect(throws: SMTPSettings.URLFault.passwordWithoutEncryption) {
            try SMTPSettings(url: "smtp://relay.lan?security=none", credentials: credentials)
        }
    }

    @Test("a password is in no description and no dump")
    func hidesPassword() throws {
        let settings = try SMTPSettings(url: "smtps://ada:very-secret@mail.example.org")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped] {
            #expect(!text.contains("very-secret"))
        }
    }
}
