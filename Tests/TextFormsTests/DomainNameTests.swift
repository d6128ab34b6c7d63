import Testing
import TextForms

@Suite("names of mail domains")
struct DomainNameTests {
    @Test(
        "gives the one ASCII form",
        arguments: [
            ("example.org", "example.org"), ("Example.ORG", "example.org"),
            ("localhost", "localhost"), ("LocalHost", "localhost"), ("a.bc", "a.bc"),
            ("1and1.com", "1and1.com"), ("x--y.example.co", "x--y.example.co"),
            ("a.1b", "a.1b"), ("3.example", "3.example"),
            // Non-ASCII labels become A-labels; the ASCII capitals of one become small.
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("B\u{fc}cher.Example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            // IDNA2008 has sharp s as a letter of its own, and final sigma.
            ("stra\u{df}e.example", "xn--strae-oqa.example"),
            ("\u{4f8b}\u{5b50}.\u{6d4b}\u{8bd5}", "xn--fsqu00a.xn--0zwm56d"),
            // Dotless i is a letter too, and never taken for i.
            ("m\u{131}ke.example", "xn--mke-jua.example"),
            // The joiner is allowed between letters that it joins.
            ("\u{0dc1}\u{0dca}\u{200d}\u{0dbb}\u{0dd3}.example", "xn--10cl1a0b660p.example"),
        ])
    func asciiForm(domain: String, form: String) {
        #expect(DomainName.asciiForm(of: domain) == form)
    }

    @Test(
        "refuses what is not a domain",
        arguments: [
            "", ".", "org", "example", "localhost.", ".example.org", "example..org", "example.org.",
            "-a.org", "a-.org", "a.-bc", "a_b.org", "a b.org", "a.org ", "a.b", "a.bc\n",
            "a.bc\u{0}",
            "[127.0.0.1]", "127.0.0.1", "1.2", "example.123", "a@b.org", "a,b.org", "a.bc>",
            "a/b.org",
            "\u{fc}\u{0}.org",
        ])
    func refuses(domain: String) {
        #expect(DomainName.asciiForm(of: domain) == nil)
    }

    @Test(
        "refuses look-alikes instead of mapping them",
        arguments: [
            // Kelvin sign, full width letters and dots, ligature, long s, capital letters.
            "mi\u{212a}e.org", "\u{ff41}bc.org", "a\u{3002}org", "a\u{ff0e}org", "a\u{ff61}org",
            "a\u{fb01}.org", "\u{17f}mith.org", "B\u{dc}CHER.example", "\u{130}x.org",
            // Capital sharp s, circled letter, superscript.
            "stra\u{1e9e}e.org", "\u{24d0}.org", "x\u{b2}.org",
            // Decomposed letter, zero width space, joiner without letters, soft hyphen, bidi mark.
            "bu\u{308}cher.example", "a\u{200b}b.org", "a\u{200d}b.org", "a\u{ad}b.org",
            "a\u{202e}b.org", "\u{feff}a.org",
            // A label that begins with a mark, an emoji, a code point without meaning.
            "\u{301}a.org", "\u{1f600}.org", "\u{378}.org",
            // Mixed direction.
            "a\u{5d0}.org",
        ])
    func lookAlikes(domain: String) {
        #expect(DomainName.asciiForm(of: domain) == nil)
    }

    @Test(
        "refuses an A-label that stands for nothing, or for something else",
        arguments: [
            "xn--.org", "xn---.org", "xn--zzzzzzzzzzzz.org", "xn--abc-.org",
            // Capital U with dots, Kelvin sign, full width a, decomposed u, zero width space.
            "xn--bcher-2pa.org", "xn--mie-zk1a.org", "xn--bc-bz3n.org", "xn--bucher-xyd.org",
            "xn--ab-g1t.org",
            // Emoji, mixed direction, a mark at the front.
            "xn--e28h.org", "xn--a-0hc.org", "xn--a-wbb.org",
        ])
    func fakedLabels(domain: String) {
        #expect(DomainName.asciiForm(of: domain) == nil)
    }

    @Test("bounds a label at 63 bytes and a name at 253")
    func lengths() {
        let label = String(repeating: "a", count: 63)
        #expect(DomainName.asciiForm(of: label + ".org") == label + ".org")
        #expect(DomainName.asciiForm(of: label + "a.org") == nil)
        let three = "\(label).\(label).\(label)."
        let longest = three + String(repeating: "b", count: 61)
        #expect(longest.utf8.count == 253)
        #expect(DomainName.asciiForm(of: longest) == longest)
        #expect(DomainName.asciiForm(of: three + String(repeating: "b", count: 62)) == nil)
        let wide = String(repeating: "\u{fc}", count: 63)
        #expect(DomainName.asciiForm(of: wide + ".org") == nil)
        #expect(DomainName.asciiForm(of: String(repeating: "a.", count: 100_000) + "org") == nil)
    }

    @Test("what comes out goes in again unchanged", arguments: ["b\u{fc}cher.example", "A.Org"])
    func atRest(domain: String) throws {
        let form = try #require(DomainName.asciiForm(of: domain))
        #expect(DomainName.asciiForm(of: form) == form)
    }
}
