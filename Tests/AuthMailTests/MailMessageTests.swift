import Testing

@testable import SMTP

@Suite("mail headers")
struct MailMessageTests {
    static let breaks = [
        "a\r\nBcc: b@x.org", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\u{2028}b", "a\tb", "a\u{7f}",
    ]

    @Test("a control character in the subject is refused", arguments: breaks)
    func refusesSubject(_ subject: String) {
        #expect(throws: MailFault.controlCharacter(header: "Subject")) {
            try sampleMail(subject: subject)
        }
    }

    @Test("a control character in the name of the sender is refused", arguments: breaks)
    func refusesSenderName(_ name: String) {
        #expect(throws: MailFault.controlCharacter(header: "From")) {
            try mail(senderName: name)
        }
    }

    @Test("a control character in an extra header is refused", arguments: breaks + ["ä"])
    func refusesExtraValue(_ value: String) {
        #expect(throws: MailFault.controlCharacter(header: "X-Test")) {
            try mail(extraHeaders: [.init(name: "X-Test", value: value)])
        }
    }

    @Test(
        "an extra header that is no header or is ours is refused",
        arguments: ["", "a b", "a:", "a\r\nb", "ä", "Subject", "content-type", "BCC"])
    func refusesExtraName(_ name: String) {
        #expect(throws: MailFault.headerName) {
            try mail(extraHeaders: [.init(name: name, value: "x")])
        }
    }

    @Test(
        "a Message-ID that could leave its brackets is refused",
        arguments: ["", "a", "a@", "@b", "a@b@c", "a@b>\r\nX: y", "a b@c", "ä@b"])
    func refusesMessageID(_ identifier: String) {
        #expect(throws: MailFault.messageID) { try mail(messageID: identifier) }
    }

    @Test("NUL in a body is refused")
    func refusesNUL() {
        #expect(throws: MailFault.bodyCharacter) { try sampleMail(text: "a\0") }
        #expect(throws: MailFault.bodyCharacter) { try sampleMail(html: "a\0") }
    }

    struct Phrase: Sendable, CustomTestStringConvertible {
        let name: String
        let header: String
        var testDescription: String { name }
    }

    @Test(
        "the sender's name is quoted or encoded as RFC 5322 §3.4 and RFC 2047 §5 want it",
        arguments: [
            Phrase(name: "", header: "From: <a@x.org>"),
            Phrase(name: "Example, Inc.", header: "From: \"Example, Inc.\" <a@x.org>"),
            Phrase(name: "a \"b\" \\", header: "From: \"a \\\"b\\\" \\\\\" <a@x.org>"),
            Phrase(name: "x <b@x.org>", header: "From: \"x <b@x.org>\" <a@x.org>"),
            Phrase(name: "Jürgen", header: "From: =?utf-8?q?J=C3=BCrgen?= <a@x.org>"),
            Phrase(name: "=?x?q?a?=", header: "From: =?utf-8?q?=3D=3Fx=3Fq=3Fa=3F=3D?= <a@x.org>"),
        ])
    func writesSender(_ row: Phrase) throws {
        #expect(try mail(senderName: row.name).headerLines[1] == row.header)
    }

    @Test(
        "no encoded word is longer than 75 and no character is split (RFC 2047 §2, §5)",
        arguments: ["ä", "你", "🙂", "e\u{301}", "a ", "=?"])
    func encodedWords(_ piece: String) {
        let text = String(repeating: piece, count: 100) + "ü"
        let lines = HeaderText.unstructured(text, column: 9).split(separator: "\r\n")
        #expect(lines.count > 1)
        for (index, line) in lines.enumerated() {
            #expect(line.utf8.count + (index == 0 ? 9 : 0) <= 76)
            let word = index == 0 ? line : line.dropFirst()
            #expect(word.utf8.count <= 75)
            #expect(word.hasPrefix("=?utf-8?q?") && word.hasSuffix("?="))
            #expect(decodedBytes(of: word).map { String(validating: $0, as: UTF8.self) } != .none)
        }
    }

    @Test(
        "dates are written in UTC",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 +0000"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
        ] as [(Int64, String)])
    func writesDate(seconds: Int64, text: String) {
        #expect(MailDate.text(seconds) == text)
    }

    @Test(
        "every line of a body ends with CR LF",
        arguments: [
            ("", "\r\n"), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\r\nb", "a\r\nb\r\n"),
            ("a\rb\n\nc", "a\r\nb\r\n\r\nc\r\n"), ("\r\r\n\n", "\r\n\r\n\r\n"),
        ])
    func writesLineEnds(text: String, lines: String) {
        #expect(BodyText.withLineEndsOfMail(text) == Array(lines.utf8))
    }

    private func mail(
        senderName: String = "", messageID: String = "a@x.org",
        extraHeaders: [MailMessage.Header] = []
    ) throws -> MailMessage {
        try MailMessage(
            sender: MailAddress("a@x.org"), senderName: senderName,
            recipient: MailAddress("b@x.org"), subject: "s", text: "t", html: "h",
            messageID: messageID, date: 0, extraHeaders: extraHeaders)
    }

    private func decodedBytes(of word: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = word.dropFirst("=?utf-8?q?".count).dropLast(2).utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "="):
                guard let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "_"): bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
