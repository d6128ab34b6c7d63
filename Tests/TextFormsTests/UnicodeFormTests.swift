import Testing
import TextForms

@Suite("normal forms of Unicode text")
struct UnicodeFormTests {
    /// What the two forms make of a text; written as code points where the eye could err.
    static let forms: [(text: String, nfkc: String, folded: String)] = [
        ("", "", ""),
        ("Alice.B+c@x-Y_1", "Alice.B+c@x-Y_1", "alice.b+c@x-y_1"),
        // e and acute, composed.
        ("e\u{301}", "\u{e9}", "\u{e9}"),
        // Kelvin and Angstrom signs.
        ("\u{212a}", "K", "k"),
        ("\u{212b}", "\u{c5}", "\u{e5}"),
        // Dotless i stays itself; capital i with a dot folds to i and the dot.
        ("m\u{131}ke", "m\u{131}ke", "m\u{131}ke"),
        ("\u{130}", "\u{130}", "i\u{307}"),
        // Sharp s, small and capital.
        ("stra\u{df}e", "stra\u{df}e", "strasse"),
        ("STRA\u{1e9e}E", "STRA\u{1e9e}E", "strasse"),
        // Full width letters, ligature, superscript.
        ("\u{ff21}\u{ff4c}ice", "Alice", "alice"),
        ("\u{fb01}n", "fin", "fin"),
        ("x\u{b2}", "x2", "x2"),
        // Final sigma folds to sigma; long s to s.
        ("\u{3a3}\u{3c2}", "\u{3a3}\u{3c2}", "\u{3c3}\u{3c3}"),
        ("\u{17f}", "s", "s"),
        // Zero width space and joiner, soft hyphen: shown as nothing.
        ("a\u{200b}b", "a\u{200b}b", "ab"),
        ("a\u{200d}b\u{ad}", "a\u{200d}b\u{ad}", "ab"),
        // Cyrillic a is another letter than Latin a.
        ("\u{410}", "\u{410}", "\u{430}"),
        // A mark that moves before another, and Hangul.
        ("q\u{307}\u{323}", "q\u{323}\u{307}", "q\u{323}\u{307}"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}", "\u{d55c}"),
        // Folding leaves a text that must be composed again.
        ("\u{3d3}", "\u{38e}", "\u{3cd}"),
        // A code point without a meaning yet, an emoji, a NUL.
        ("\u{378}", "\u{378}", "\u{378}"),
        ("\u{1f600}", "\u{1f600}", "\u{1f600}"),
        ("A\u{0}\u{c9}", "A\u{0}\u{c9}", "a\u{0}\u{e9}"),
    ]

    @Test("makes the known forms", arguments: forms)
    func known(text: String, nfkc: String, folded: String) throws {
        // By bytes, as String's own == takes canonically equal texts for the same.
        #expect(try #require(UnicodeForm.nfkc(text)).utf8.elementsEqual(nfkc.utf8))
        #expect(try #require(UnicodeForm.nfkcCaseFolded(text)).utf8.elementsEqual(folded.utf8))
    }

    @Test(
        "the form of a form is the form itself, wherever Unicode has characters that change",
        arguments: [0x80...0x1_ffff, 0x2_f800...0x2_fa1f, 0xe_0000...0xe_0fff])
    func atRest(range: ClosedRange<UInt32>) throws {
        var moved: [Unicode.Scalar] = []
        for scalar in range.lazy.compactMap(Unicode.Scalar.init) {
            let nfkc = try #require(UnicodeForm.nfkc(String(scalar)))
            let folded = try #require(UnicodeForm.nfkcCaseFolded(String(scalar)))
            let nfkcAgain = try #require(UnicodeForm.nfkc(nfkc))
            let foldedAgain = try #require(UnicodeForm.nfkcCaseFolded(folded))
            let foldedNFKC = try #require(UnicodeForm.nfkcCaseFolded(nfkc))
            if !nfkcAgain.utf8.elementsEqual(nfkc.utf8)
                || !foldedAgain.utf8.elementsEqual(folded.utf8)
                || !foldedNFKC.utf8.elementsEqual(folded.utf8)
            {
                moved.append(scalar)
            }
        }
        #expect(moved == [])
    }

    @Test("a small and a capital letter have one folded form, in Unicode up to 14")
    func caseMappings() throws {
        var apart: [Unicode.Scalar] = []
        for scalar in (0x41...0x1ffff).lazy.compactMap(Unicode.Scalar.init) {
            let properties = scalar.properties
            // Debian's libutf8proc 2.8 knows Unicode 14.
            guard let age = properties.age, age.major <= 14 else { continue }
            let one = try #require(UnicodeForm.nfkcCaseFolded(String(scalar)))
            let other = try #require(UnicodeForm.nfkcCaseFolded(properties.lowercaseMapping))
            if !one.utf8.elementsEqual(other.utf8) { apart.append(scalar) }
        }
        #expect(apart == [])
    }
}
