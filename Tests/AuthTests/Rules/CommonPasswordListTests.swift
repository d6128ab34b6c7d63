import Auth
import Foundation
import Testing

@Suite("common passwords")
struct CommonPasswordListTests {
    private func list(_ text: String) throws -> CommonPasswordList {
        try #require(CommonPasswordList(contentsOf: Array(text.utf8)))
    }

    @Test("every line is found, whatever case and white space, and nothing else")
    func found() throws {
        let lines = ["123456", "a", "ab", "dragon", "letmein", "p@ss w", "qwerty", "é", "üben"]
        let list = try list(
            lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .joined(separator: "\n") + "\n")
        for line in lines {
            #expect(list.contains(Password(line)), "\(line)")
            #expect(list.contains(Password(" \(line.uppercased())\n")), "\(line)")
            #expect(!list.contains(Password(line + "x")), "\(line)")
            #expect(!list.contains(Password("\0" + line)), "\(line)")
        }
        for other in ["", " ", "\n", "12345", "b", "ab\na", "drago", "zz", "\u{10FFFF}"] {
            #expect(!list.contains(Password(other)), "\(other)")
        }
    }

    @Test("an empty list and one of a single line work")
    func small() throws {
        #expect(try !list("").contains(Password("a")))
        #expect(try list("a\n").contains(Password("a")))
        #expect(try !list("b\n").contains(Password("a")))
        #expect(try !list("b\n").contains(Password("c")))
    }

    @Test(
        "a file that cannot be searched is refused",
        arguments: ["b\na\n", "a\na\n", "a\nb", "a", "B\na\nC\n", "é\nz\n"])
    func refused(text: String) {
        #expect(CommonPasswordList(contentsOf: Array(text.utf8)) == nil)
    }

    @Test("a long text is not searched for")
    func long() throws {
        let longest = String(repeating: "a", count: 64)
        #expect(try list(longest + "\n").contains(Password(longest)))
        #expect(try !list(longest + "a\n").contains(Password(longest + "a")))
    }

    @Test("the shipped list has 20,000 passwords or more, and each is found")
    func shipped() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("share/common-passwords.txt")
        let text = [UInt8](try Data(contentsOf: file))
        let list = try #require(CommonPasswordList(contentsOf: text))
        let lines = text.split(separator: 0x0A)
        #expect(lines.count >= 20_000)
        for index in stride(from: 0, to: lines.count, by: 61) {
            let line = String(decoding: lines[index], as: UTF8.self)
            #expect(list.contains(Password(line)), "\(line)")
        }
        for known in ["password", "Password1", "iloveyou", "qwerty123", "letmein"] {
            #expect(list.contains(Password(known)), "\(known)")
        }
        #expect(!list.contains(Password("correct horse battery staple")))
    }
}
