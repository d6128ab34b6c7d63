import Auth
import Testing

@Suite("e-mail addresses")
struct EmailAddressTests {
    @Test(
        "an address keeps its spelling but for the domain's case, and has a form to compare",
        arguments: [
            ("ada@example.org", "ada@example.org", "ada@example.org"),
            ("Ada.L+x@EXAMPLE.Org", "Ada.L+x@example.org", "ada.l+x@example.org"),
            ("a@localhost", "a@localhost", "a@localhost"),
            ("a@b\u{FC}cher.example", "a@b\u{FC}cher.example", "a@xn--bcher-kva.example"),
            ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            (
                "!#$%&'*+-/=?^_`{|}~@a.bc", "!#$%&'*+-/=?^_`{|}~@a.bc",
                "!#$%&'*+-/=?^_`{|}~@a.bc"
            ),
        ])
    func forms(typed: String, text: String, key: String) throws {
        let address = try #require(EmailAddress(typed))
        #expect(address.text == text)
        #expect(address.key == key)
    }

    @Test(
        "what is no plain address is refused",
        arguments: [
            "", "@", "a", "a@", "@b.cd", "a@b", "a@b.c", "a b@c.de", "a@b c.de", "a@b.cd\n",
            "a\r\nBcc: x@y.zz@b.cd",
            "a@b.cd\0", "\0@b.cd", "a@@b.cd", "a@b@c.de", ".a@b.cd", "a.@b.cd", "a..b@c.de",
            "\"a\"@b.cd",
            "a@[127.0.0.1]", "a@127.0.0.1", "a@b..cd", "a@.b.cd", "a@b.cd.", "a@-b.cd", "<a@b.cd>",
            "a,b@c.de", "a@b.cd,d@e.fg", "a;b@c.de", "a(x)@b.cd", "mailto:a@b.cd", "a\\@b.cd",
        ])
    func refused(typed: String) {
        #expect(EmailAddress(typed) == nil)
    }

    /// Addresses that a case mapping or normalisation would make equal to one of somebody else.
    @Test(
        "no look-alike becomes the address of another",
        arguments: [
            ("mike@example.org", "mi\u{212A}e@example.org"),
            ("mike@example.org", "m\u{131}ke@example.org"),
            ("mike@example.org", "M\u{130}KE@example.org"),
            ("mike@example.org", "ｍike@example.org"),
            ("mike@mike.org", "mike@m\u{131}ke.org"), ("mike@kite.org", "mike@\u{212A}ite.org"),
            ("a@strasse.example", "a@stra\u{DF}e.example"), ("a@sun.org", "a@\u{17F}un.org"),
            ("a@fin.org", "a@\u{FB01}n.org"), ("a@example.org", "a@ex\u{430}mple.org"),
            ("a@example.org", "a@example\u{3002}org"), ("a@example.org", "\u{430}@example.org"),
        ])
    func lookAlikes(address: String, lookAlike: String) throws {
        let mine = try #require(EmailAddress(address))
        #expect(EmailAddress(lookAlike)?.key != mine.key)
    }

    @Test("the local part has at most 64 octets (RFC 5321 §4.5.3.1.1), the address 254")
    func lengths() {
        func address(local: Int, domain: Int) -> String {
            let label = String(repeating: "d", count: 61) + "."
            let labels = label + label + String(repeating: "d", count: domain - 124)
            return String(repeating: "a", count: local) + "@" + labels
        }
        #expect(EmailAddress(address(local: 64, domain: 187)) != nil)
        #expect(EmailAddress(address(local: 65, domain: 150)) == nil)
        let long =
            String(repeating: "d", count: 61) + "."
            + address(local: 64, domain: 127).split(
                separator: "@")[1]
        #expect(long.count == 189)
        #expect(EmailAddress(String(repeating: "a", count: 64) + "@" + long) != nil)
        #expect(EmailAddress(String(repeating: "a", count: 64) + "@d" + long) == nil)
    }
}
