import SMTP
import Testing

@Suite("Looking whether a mail server takes mail")
struct SMTPGreetingTests {
    @Test("a server that does is greeted, and gets no mail")
    func greets() throws {
        let sink = try MailSink()
        try SMTPClient(sink.settings()).greet()
        #expect(try sink.mails().isEmpty)
    }

    @Test("encryption and login are tried as for a mail", arguments: ["--tls", "--starttls"])
    func logsIn(_ encryption: String) throws {
        let sink = try MailSink([encryption, "--auth", "ada:secret"])
        let security: SMTPSettings.Security = encryption == "--tls" ? .implicitTLS : .startTLS
        let right = SMTPCredentials(user: "ada", password: "secret")
        try SMTPClient(sink.settings(security, credentials: right)).greet()
        let wrong = SMTPCredentials(user: "ada", password: "guess")
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(sink.settings(security, credentials: wrong)).greet()
        }
        #expect(error.failure.stage == .login)
        #expect(!error.description.contains("guess"))
    }

    @Test("a certificate that nobody trusts is refused")
    func distrusts() throws {
        let sink = try MailSink(["--starttls"])
        var settings = sink.settings(.startTLS)
        settings.certificateAuthorities = nil
        let error = try #require(throws: SMTPError.self) { try SMTPClient(settings).greet() }
        #expect(error.failure.cause == .notTrusted)
    }

    @Test("a server that is not there is told as such")
    func deadPort() throws {
        let sink = try MailSink()
        sink.stop()
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(sink.settings()).greet()
        }
        #expect(error.failure.cause == .notReached)
    }
}
