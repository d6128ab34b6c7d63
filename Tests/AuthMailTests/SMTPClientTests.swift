import SMTP
import Testing

/// A mail that needs every kind of encoding.
func sampleMail(
    to recipient: String = "ada@example.org", subject: String = "Grüße aus Zürich, 你好",
    text: String = "Guten Tag!\n.\n..two dots\nEnde: ä ö ü 🙂\n",
    html: String = "<p>Guten Tag!</p>\n"
) throws -> MailMessage {
    try MailMessage(
        sender: MailAddress("noreply@service.example"), senderName: "Jürgens Dienst",
        recipient: MailAddress(recipient), subject: subject, text: text, html: html,
        messageID: "00112233445566778899aabbccddeeff@service.example", date: 1_700_000_000,
        extraHeaders: [.init(name: "Auto-Submitted", value: "auto-generated")])
}

/// A text that is too long for one line, named shortly in the report.
struct LongContent: Sendable, CustomTestStringConvertible {
    let piece: String
    let count: Int
    var testDescription: String { "\(count) times \(piece)" }
}

@Suite("SMTP client against a real server")
struct SMTPClientTests {
    @Test("a mail arrives with every header and both parts unharmed")
    func delivers() throws {
        let sink = try MailSink()
        let message = try sampleMail()
        try SMTPClient(sink.settings()).send(message)
        let mail = try #require(try sink.mails().first)
        #expect(mail.defects == [])
        #expect(mail.headers["return-path"] == "<noreply@service.example>")
        #expect(mail.headers["delivered-to"] == "ada@example.org")
        #expect(mail.headers["from"] == "Jürgens Dienst <noreply@service.example>")
        #expect(mail.headers["to"] == "ada@example.org")
        #expect(mail.headers["subject"] == message.subject)
        #expect(mail.headers["date"] == "Tue, 14 Nov 2023 22:13:20 +0000")
        #expect(
            mail.headers["message-id"] == "<00112233445566778899aabbccddeeff@service.example>")
        #expect(mail.headers["auto-submitted"] == "auto-generated")
        #expect(mail.headers["mime-version"] == "1.0")
        #expect(mail.headers["content-type"]?.hasPrefix("multipart/alternative") == true)
        #expect(Set(mail.headerNames).count == mail.headerNames.count)
        #expect(mail.partTypes == ["text/plain", "text/html"])
        #expect(mail.partCharsets == ["utf-8", "utf-8"])
        #expect(mail.partEncodings == ["quoted-printable", "quoted-printable"])
        #expect(mail.parts == [message.text, message.html])
    }

    @Test(
        "no line is longer than 90 bytes, whatever the mail holds",
        arguments: [
            LongContent(piece: "x", count: 5000), LongContent(piece: "ä", count: 3000),
            LongContent(piece: "word ", count: 400), LongContent(piece: "word", count: 10),
            LongContent(piece: "=?utf-8?q?no?=", count: 1), LongContent(piece: "a  b", count: 1),
            LongContent(piece: "\"quoted\" \\", count: 1),
        ])
    func linesAreShort(_ long: LongContent) throws {
        let sink = try MailSink()
        let content = String(repeating: long.piece, count: long.count)
        let message = try sampleMail(subject: content, text: content + "\n", html: content + "\n")
        try SMTPClient(sink.settings()).send(message)
        let mail = try #require(try sink.mails().first)
        #expect(mail.longestLine <= 90)
        #expect(mail.longestHeaderLine <= 76)
        #expect(mail.isASCII)
        #expect(mail.bareLineEnds == 0)
        #expect(mail.defects == [])
        #expect(mail.headers["subject"] == content)
        #expect(mail.parts == [message.text, message.html])
    }

    @Test("an international domain travels as A-labels")
    func internationalDomain() throws {
        let sink = try MailSink()
        try SMTPClient(sink.settings()).send(try sampleMail(to: "ada@Bücher.example"))
        let mail = try #require(try sink.mails().first)
        #expect(mail.headers["delivered-to"] == "ada@xn--bcher-kva.example")
        #expect(mail.headers["to"] == "ada@xn--bcher-kva.example")
    }

    @Test("several mails go over one client, also when the server was restarted in between")
    func survivesRestart() throws {
        let first = try MailSink()
        let client = SMTPClient(first.settings())
        try client.send(try sampleMail())
        try client.send(try sampleMail(to: "bob@example.org"))
        first.stop()
        #expect(
            try first.mails().map { $0.headers["delivered-to"] } == [
                "ada@example.org", "bob@example.org",
            ])
        let second = try MailSink(port: first.port)
        try client.send(try sampleMail(to: "eve@example.org"))
        client.disconnect()
        try client.send(try sampleMail(to: "zoe@example.org"))
        #expect(
            try second.mails().map { $0.headers["delivered-to"] } == [
                "eve@example.org", "zoe@example.org",
            ])
    }

    @Test(
        "encryption works with a certificate that the given authority signed",
        arguments: [("--starttls", SMTPSettings.Security.startTLS), ("--tls", .implicitTLS)])
    func encrypts(option: String, security: SMTPSettings.Security) throws {
        let sink = try MailSink([option])
        try SMTPClient(sink.settings(security)).send(try sampleMail())
        #expect(try sink.mails().count == 1)
    }

    @Test(
        "a certificate that nobody we trust signed is refused before anything is sent",
        arguments: [("--starttls", SMTPSettings.Security.startTLS), ("--tls", .implicitTLS)])
    func refusesUnknownAuthority(option: String, security: SMTPSettings.Security) throws {
        let sink = try MailSink([option, "--auth", "ada:secret"])
        let stranger = try MailSink([option])
        let credentials = SMTPCredentials(user: "ada", password: "secret")
        for authority in [nil, stranger.certificate] {
            var settings = sink.settings(security, credentials: credentials)
            settings.certificateAuthorities = authority
            let error = #expect(throws: SMTPError.self) {
                try SMTPClient(settings).send(try sampleMail())
            }
            guard case .unavailable(let failure) = error else {
                Issue.record("\(String(describing: error)) is not about the server")
                continue
            }
            let stage = security == .startTLS ? "STARTTLS" : "connect"
            #expect(failure.description == "TLS failed at \(stage)")
        }
        #expect(try sink.mails().isEmpty)
    }

    @Test("a certificate for another name is refused")
    func refusesOtherName() throws {
        let sink = try MailSink(["--tls"])
        var settings = sink.settings(.implicitTLS)
        settings.host = "127.0.0.2"
        let error = #expect(throws: SMTPError.self) {
            try SMTPClient(settings).send(try sampleMail())
        }
        #expect(error?.failure.cause == .notReached)

        let other = try MailSink(["--tls", "--host", "127.0.0.2"])
        settings = other.settings(.implicitTLS)
        settings.host = "127.0.0.2"
        let refusal = #expect(throws: SMTPError.self) {
            try SMTPClient(settings).send(try sampleMail())
        }
        #expect(refusal?.failure.cause == .notTrusted)
    }

    @Test("a server without STARTTLS gets no mail when STARTTLS is required")
    func requiresSTARTTLS() throws {
        let sink = try MailSink()
        let error = #expect(throws: SMTPError.self) {
            try SMTPClient(sink.settings(.startTLS)).send(try sampleMail())
        }
        guard case .unavailable(let failure) = error else {
            Issue.record("\(String(describing: error)) is not about the server")
            return
        }
        #expect(failure.description == "TLS failed at greeting")
        #expect(try sink.mails().isEmpty)
    }

    @Test(
        "login works on every kind of connection",
        arguments: [
            ([], SMTPSettings.Security.none), (["--starttls"], .startTLS),
            (["--tls"], .implicitTLS),
        ])
    func logsIn(options: [String], security: SMTPSettings.Security) throws {
        let sink = try MailSink(options + ["--auth", "ada@example.org:pass:word ü"])
        let credentials = SMTPCredentials(user: "ada@example.org", password: "pass:word ü")
        try SMTPClient(sink.settings(security, credentials: credentials)).send(try sampleMail())
        #expect(try sink.mails().count == 1)
    }

    @Test("a wrong password is a fault of the server's settings, not of the mail")
    func wrongPassword() throws {
        let sink = try MailSink(["--auth", "ada:secret"])
        let credentials = SMTPCredentials(user: "ada", password: "wrong-password")
        let error = #expect(throws: SMTPError.self) {
            try SMTPClient(sink.settings(credentials: credentials)).send(try sampleMail())
        }
        guard case .unavailable(let failure) = error else {
            Issue.record("\(String(describing: error)) is not about the server")
            return
        }
        #expect(failure.stage == .login)
        #expect(failure.reply?.code == 535)
        #expect(!"\(failure)".contains("wrong-password"))
    }
}
