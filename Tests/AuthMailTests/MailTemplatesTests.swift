import Auth
import Foundation
import Testing

@testable import AuthMail

/// The directory with the templates that ship.
let shippedMailTemplates = MailSink.support("").deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("share/templates/mail").path

@Suite("mail templates")
struct MailTemplatesTests {
    let values = MailValues(
        serviceName: "Bücher & Söhne", username: "<b>\"ada\"\u{301}", recipient: "ada@example.org",
        link: "https://example.org/verify/?token=a&b=c", validFor: "3 days")

    @Test(
        "the shipped templates of every kind with a link show it as it is",
        arguments: MailKind.allCases.filter { $0.linkPurpose != nil })
    func shipped(_ kind: MailKind) throws {
        let mail = try MailTemplates(shipped: shippedMailTemplates).render(kind, values)
        #expect(mail.subject.contains("Bücher & Söhne"))
        #expect(mail.text.contains("\nhttps://example.org/verify/?token=a&b=c\n"))
        #expect(mail.text.contains("3 days"))
        #expect(mail.html.contains("href=\"https://example.org/verify/?token=a&amp;b=c\""))
        #expect(mail.html.contains("Bücher &amp; Söhne"))
        #expect(mail.html.contains("lang=\"en\""))
        for text in [mail.subject, mail.text, mail.html] { #expect(!text.contains("{{")) }
    }

    @Test("the notice of a registration shows no link and nothing that a stranger typed")
    func notice() throws {
        let mail = try MailTemplates(shipped: shippedMailTemplates).render(
            .registrationNotice, values)
        #expect(mail.subject == "You have an account at Bücher & Söhne already")
        for text in [mail.text, mail.html] {
            #expect(!text.contains("{{") && !text.contains("https://") && !text.contains("ada\""))
        }
    }

    @Test("the notice of a new password names the account and shows no link")
    func passwordChanged() throws {
        var values = values
        values.username = "ada <x>"
        let mail = try MailTemplates(shipped: shippedMailTemplates).render(.passwordChanged, values)
        #expect(mail.subject == "Your password at Bücher & Söhne was changed")
        #expect(mail.text.hasPrefix("Hello ada <x>,\n"))
        #expect(mail.html.contains("ada &lt;x&gt;"))
        for text in [mail.text, mail.html] {
            #expect(!text.contains("{{") && !text.contains("https://") && !text.contains("href"))
        }
    }

    @Test("user input is escaped in HTML, also with a combining mark behind it")
    func escapes() throws {
        let directory = try TemporaryTemplates([
            "password_reset.html.mustache": "<a title=\"{{username}}\" href=\"{{link}}\">x</a>"
        ])
        let mail = try MailTemplates(shipped: shippedMailTemplates, override: directory.path)
            .render(.passwordReset, values)
        let quoted = "&lt;b&gt;&quot;ada&quot;\u{301}"
        #expect(
            Array(mail.html.utf8)
                == Array(
                    "<a title=\"\(quoted)\" href=\"https://example.org/verify/?token=a&amp;b=c\">x</a>"
                        .utf8))
        #expect(mail.text.contains("<b>\"ada\"\u{301}"))
    }

    @Test("a file in the override directory wins, the others stay")
    func overrides() throws {
        let directory = try TemporaryTemplates([
            "verify_email.subject.mustache": "Willkommen, {{{username}}}\n"
        ])
        let templates = try MailTemplates(shipped: shippedMailTemplates, override: directory.path)
        var plain = values
        plain.username = "ada"
        #expect(try templates.render(.verifyEmail, plain).subject == "Willkommen, ada")
        #expect(try templates.render(.passwordReset, plain).subject.hasPrefix("Choose"))
    }

    @Test(
        "a line break in a value does not get into a subject",
        arguments: ["\n", "\r\n", "\u{2028}"])
    func subjectStaysOneLine(_ lineBreak: String) throws {
        let directory = try TemporaryTemplates([
            "verify_email.subject.mustache": "Hello {{{username}}}"
        ])
        let templates = try MailTemplates(shipped: shippedMailTemplates, override: directory.path)
        var broken = values
        broken.username = "ada\(lineBreak)Bcc: all@example.org"
        #expect(throws: RenderingFault.subjectIsNotOneLine) {
            try templates.render(.verifyEmail, broken)
        }
    }

    @Test(
        "a fault is found at start and names the file and the reason",
        arguments: [
            ("verify_email.text.mustache", "no link here", "{{{link}}}"),
            ("verify_email.text.mustache", "{{link}}", "three braces"),
            ("verify_email.html.mustache", "<p>{{lnik}}</p>", "{{link}}"),
            ("verify_email.subject.mustache", "two\nlines", "one line"),
            ("verify_email.subject.mustache", "\n", "one line"),
            ("password_reset.text.mustache", "{{#link}}\n{{{link}}}", "line"),
            (
                "password_reset.html.mustache", "{{link",
                "the file ends inside a tag"
            ),
            ("password_reset.html.mustache", "\u{0}\u{FFFD}", "{{link}}"),
        ])
    func findsFaults(name: String, text: String, reason: String) throws {
        let directory = try TemporaryTemplates([name: text])
        let error = try #require(throws: TemplateError.self) {
            try MailTemplates(shipped: shippedMailTemplates, override: directory.path)
        }
        #expect(error.file == "\(directory.path)/\(name)")
        #expect(error.reason.contains(reason))
    }

    @Test("a missing file and one that is not UTF-8 are named")
    func findsUnreadableFiles() throws {
        let empty = try TemporaryTemplates([:])
        let missing = try #require(throws: TemplateError.self) {
            try MailTemplates(shipped: empty.path)
        }
        #expect(missing.description.contains("verify_email.subject.mustache: the file is missing"))
        let latin = try TemporaryTemplates([:])
        try Data([0x47, 0x72, 0xfc, 0xdf, 0x65]).write(
            to: URL(fileURLWithPath: "\(latin.path)/verify_email.subject.mustache"))
        let notUTF8 = try #require(throws: TemplateError.self) {
            try MailTemplates(shipped: shippedMailTemplates, override: latin.path)
        }
        #expect(notUTF8.reason == "the file is not UTF-8")
    }

    @Test(
        "the time that is left is said in whole units and never too long",
        arguments: [
            (259_200, "3 days"), (259_195, "3 days"), (258_000, "2 days"), (172_800, "2 days"),
            (86_400, "24 hours"), (7200, "2 hours"), (7199, "2 hours"), (5400, "90 minutes"),
            (3600, "1 hour"), (3599, "1 hour"), (900, "15 minutes"), (898, "15 minutes"),
            (60, "1 minute"), (1, "1 minute"),
        ] as [(Int64, String)])
    func saysDuration(seconds: Int64, text: String) {
        #expect(MailValues.duration(seconds) == text)
    }
}

/// A directory with templates that goes away with its owner.
final class TemporaryTemplates {
    let path: String

    init(_ files: [String: String]) throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("templates-\(UUID().uuidString)")
        path = directory.path
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: directory.appendingPathComponent(name))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
