import SMTP
import Testing

@Suite("SMTP failures, by a real server")
struct SMTPFailureTests {
    enum Verdict: Hashable { case unavailable, transient, permanent, outcomeUnknown }

    struct Case: Sendable, CustomTestStringConvertible {
        let options: [String]
        let verdict: Verdict
        let text: String
        var kept = 0
        var testDescription: String { options.joined(separator: " ") }
    }

    @Test(
        "a failure is judged by its place and its reply",
        arguments: [
            Case(
                options: ["--fail-first", "9", "--stage", "mail"], verdict: .unavailable,
                text: "refused at MAIL: 451 4.3.0"),
            Case(
                options: ["--fail-first", "9"], verdict: .transient,
                text: "refused at RCPT: 451 4.3.0"),
            Case(
                options: ["--fail-first", "9", "--stage", "content"], verdict: .transient,
                text: "refused at content: 451 4.3.0"),
            Case(
                options: ["--reject", "550", "--stage", "mail"], verdict: .unavailable,
                text: "refused at MAIL: 550 5.1.1"),
            Case(
                options: ["--reject", "550"], verdict: .permanent,
                text: "refused at RCPT: 550 5.1.1"),
            Case(
                options: ["--reject", "554", "--stage", "content"], verdict: .permanent,
                text: "refused at content: 554 5.7.1"),
            Case(
                options: ["--reject", "421"], verdict: .unavailable,
                text: "refused at RCPT: 421 4.2.0"),
            Case(
                options: ["--drop-after-data", "9"], verdict: .outcomeUnknown,
                text: "connection lost at content", kept: 1),
            Case(
                options: ["--delay", "60", "--stage", "mail"], verdict: .unavailable,
                text: "timed out at MAIL"),
            Case(
                options: ["--delay", "60", "--stage", "rcpt"], verdict: .transient,
                text: "timed out at RCPT"),
            Case(
                options: ["--delay", "60", "--stage", "content"], verdict: .outcomeUnknown,
                text: "timed out at content"),
        ])
    func judges(_ row: Case) throws {
        let sink = try MailSink(row.options)
        var settings = sink.settings()
        settings.totalTimeout = 1500
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(settings).send(try sampleMail())
        }
        #expect(verdict(on: error) == row.verdict)
        // The sink's refusals quote a link; ours must not.
        #expect(error.description == row.text)
        #expect(try sink.mails().count == row.kept)
    }

    @Test("a server that is not there says nothing about the mail")
    func deadPort() throws {
        let sink = try MailSink()
        sink.stop()
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(sink.settings()).send(try sampleMail())
        }
        #expect(verdict(on: error) == .unavailable)
        #expect(error.failure.cause == .notReached)
        #expect(error.failure.stage == .connect)
    }

    @Test("a name without an address says nothing about the mail")
    func unknownName() throws {
        let settings = SMTPSettings(host: "mail.invalid", port: 25, security: .none)
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(settings).send(try sampleMail())
        }
        #expect(verdict(on: error) == .unavailable)
        #expect(error.failure.cause == .nameNotFound)
    }

    @Test("a server that never greets is given up at the connect time limit")
    func silentServer() throws {
        // A TLS server waits for the client to speak first.
        let sink = try MailSink(["--tls"])
        var settings = sink.settings(.none)
        settings.connectTimeout = 500
        let error = try #require(throws: SMTPError.self) {
            try SMTPClient(settings).send(try sampleMail())
        }
        #expect(verdict(on: error) == .unavailable)
        #expect(error.failure.cause == .timedOut)
    }

    @Test("after each failure the same client delivers the next mail")
    func recovers() throws {
        let sink = try MailSink(["--fail-first", "1", "--drop-after-data", "1"])
        let client = SMTPClient(sink.settings())
        let first = try #require(throws: SMTPError.self) { try client.send(try sampleMail()) }
        #expect(verdict(on: first) == .transient)
        let second = try #require(throws: SMTPError.self) { try client.send(try sampleMail()) }
        #expect(verdict(on: second) == .outcomeUnknown)
        try client.send(try sampleMail())
        let mails = try sink.mails()
        #expect(mails.count == 2)
        #expect(Set(mails.map { $0.headers["message-id"] }).count == 1)
    }

    @Test("one refused recipient does not harm the others")
    func refusesOne() throws {
        let sink = try MailSink(["--reject", "550", "--only", "bob@example.org"])
        let client = SMTPClient(sink.settings())
        try client.send(try sampleMail())
        #expect(throws: SMTPError.self) { try client.send(try sampleMail(to: "bob@example.org")) }
        try client.send(try sampleMail(to: "eve@example.org"))
        #expect(
            try sink.mails().map { $0.headers["delivered-to"] } == [
                "ada@example.org", "eve@example.org",
            ])
    }

    private func verdict(on error: SMTPError) -> Verdict {
        switch error {
        case .unavailable: .unavailable
        case .transient: .transient
        case .permanent: .permanent
        case .outcomeUnknown: .outcomeUnknown
        }
    }
}
