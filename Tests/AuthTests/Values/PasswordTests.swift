import Testing

@testable import Auth

@Suite("passwords as values")
struct PasswordTests {
    @Test("however a password is printed, it is hidden")
    func hidden() {
        let password = Password("correct horse")
        var dumped = ""
        dump(password, to: &dumped)
        dump([password], to: &dumped)
        let texts = [
            "\(password)", String(describing: password), String(reflecting: password), dumped,
            "\([password])", "\(Optional(password) as Any)", "\(["p": password])",
            "\(PasswordWork.make(password))",
            "\(PasswordWork.pretend(password, alternative: nil, like: nil))",
            String(reflecting: PasswordWork.make(password)),
        ]
        for text in texts {
            #expect(!text.contains("horse"))
            #expect(text.contains("hidden"))
        }
        #expect(Mirror(reflecting: password).children.isEmpty)
    }

    @Test(
        "the white space of Python is cut, and nothing else",
        arguments: [
            (" a ", "a"), ("a\n", "a"), ("\u{A0}\u{85}\u{2028}a b\u{3000}", "a b"),
            ("\u{1C}\u{1F}a", "a"), ("  ", ""),
        ])
    func trimmed(text: String, trimmed: String) {
        #expect(Password(text).trimmed?.text == trimmed)
    }

    @Test(
        "without such white space there is nothing to cut",
        arguments: ["", "a", "a b", "\u{200B}a", "\0a\0", "\u{FEFF}a"])
    func nothingToTrim(text: String) {
        #expect(Password(text).trimmed == nil)
    }

    @Test("a password is its bytes: no normal form, every scalar counts")
    func bytes() {
        #expect(Password("e\u{301}").bytes == [0x65, 0xCC, 0x81])
        #expect(Password("\u{E9}").bytes == [0xC3, 0xA9])
        #expect(Password("e\u{301}\u{1F600}\r\n").length == 5)
    }
}
