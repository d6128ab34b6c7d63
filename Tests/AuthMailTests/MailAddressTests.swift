import SMTP
import Testing

@Suite("mail address")
struct MailAddressTests {
    @Test(
        "takes plain addresses and turns the domain into ASCII",
        arguments: [
            ("ada@example.org", "ada@example.org"),
            ("Ada.Lovelace+tag@Example.ORG", "Ada.Lovelace+tag@Example.ORG"),
            ("o'neil@example.org", "o'neil@example.org"),
            ("{a|b}~!#$%&*/=?^_`@x.org", "{a|b}~!#$%&*/=?^_`@x.org"),
            ("ada@localhost", "ada@localhost"),
            ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
            ("ada@bücher.r3---x.example", "ada@xn--bcher-kva.r3---x.example"),
        ])
    func takes(text: String, ascii: String) throws {
        #expect(try MailAddress(text).ascii == ascii)
    }

    @Test(
        "refuses everything else",
        arguments: [
            ("", .addressShape), ("ada", .addressShape), ("@example.org", .addressShape),
            ("ada@", .addressShape), ("a@b@c", .addressShape), (".ada@x.org", .addressShape),
            ("a..b@x.org", .addressShape), ("ada.@x.org", .addressShape),
            (String(repeating: "a", count: 65) + "@x.org", .addressShape),
            ("ädä@example.org", .addressCharacter), ("\"a b\"@x.org", .addressCharacter),
            ("a b@x.org", .addressCharacter), ("a\r\nRCPT TO:<b@x.org", .addressCharacter),
            ("ada@x.org>\r\nDATA", .addressCharacter), ("ada@x.org\0", .addressCharacter),
            ("a,b@x.org", .addressCharacter), ("<ada@x.org", .addressCharacter),
            ("ada@[127.0.0.1]", .addressCharacter), ("ada@x_y.org", .addressCharacter),
            ("ada@x.org/path", .addressCharacter), ("ada@x.org:25", .addressCharacter),
            ("ada@-x.org", .addressDomain), ("ada@x-.org", .addressDomain),
            ("ada@x..org", .addressDomain), ("ada@x.org.", .addressDomain),
            ("ada@" + String(repeating: "a", count: 64) + ".org", .addressDomain),
            ("ada@ü\u{2028}.org", .addressDomain), ("ada@ü／x.org", .addressDomain),
        ] as [(String, MailFault)])
    func refuses(text: String, fault: MailFault) {
        #expect(throws: fault) { try MailAddress(text) }
    }

    @Test("254 octets are an address, 255 are not")
    func lengthLimit() throws {
        let labels = Array(repeating: String(repeating: "d", count: 63), count: 3)
        let domain = labels.joined(separator: ".") + ".dd"
        let local = String(repeating: "a", count: 254 - 1 - domain.utf8.count)
        #expect(try MailAddress("\(local)@\(domain)").ascii.utf8.count == 254)
        #expect(throws: MailFault.addressShape) { try MailAddress("\(local)@\(domain)d") }
    }
}
