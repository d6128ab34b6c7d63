import Auth
import Testing

@Suite("user names")
struct UsernameTests {
    @Test(
        "letters, digits and @ . + - _ make a name, which is kept in NFKC",
        arguments: [
            ("ada", "ada"), ("Ada.Lovelace@x+y-z_1", "Ada.Lovelace@x+y-z_1"), ("_", "_"),
            ("é", "é"), ("Łukasz", "Łukasz"), ("山田太郎", "山田太郎"), ("٣", "٣"), ("Ⅷ", "VIII"),
            ("ａｄａ", "ada"), ("\u{FB01}nn", "finn"), ("\u{212A}ate", "Kate"), ("x²", "x2"),
            ("\u{17F}ara", "sara"),
        ])
    func names(typed: String, text: String) throws {
        let name = try #require(Username(typed))
        #expect(Array(name.text.unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test(
        "everything else makes none",
        arguments: [
            "", " ", "a b", "a\n", "a\tb", "a\0", "a/b", "a'b", "a\"", "<a>", "a;b", "a\\b", "a%",
            "e\u{301}", "\u{1F600}", "a\u{200B}b", "a\u{202E}b", "a\u{AD}b", "½", "\u{FEFF}a",
            "\u{FF0F}", "a\u{A0}b", "\u{E0E}\u{E33}", "a\u{FE0F}",
            // Letters that show nothing: the compared form of such a name would be empty.
            "\u{3164}", "\u{115F}\u{1160}", "\u{FFA0}",
        ])
    func noNames(typed: String) {
        #expect(Username(typed) == nil)
    }

    @Test("a name has at most 150 characters, also after normalisation")
    func length() {
        #expect(Username(String(repeating: "a", count: 150)) != nil)
        #expect(Username(String(repeating: "a", count: 151)) == nil)
        #expect(Username(String(repeating: "\u{1F130}", count: 2)) == nil)
        #expect(Username(String(repeating: "\u{FB03}", count: 50)) != nil)
        #expect(Username(String(repeating: "\u{FB03}", count: 51)) == nil)
    }

    @Test(
        "names that a person takes for the same are the same",
        arguments: [
            ("ada", "ADA"), ("ada", "ａｄａ"), ("straße", "STRASSE"), ("straße", "STRA\u{1E9E}E"),
            ("ΣΑΣ", "σας"), ("kate", "\u{212A}ATE"), ("\u{17F}ara", "Sara"), ("finn", "\u{FB01}nn"),
        ])
    func same(one: String, other: String) throws {
        #expect(try #require(Username(one)).key == #require(Username(other)).key)
    }

    @Test(
        "names of other letters are others",
        arguments: [
            ("alice", "alíce"), ("admin", "\u{430}dmin"), ("mike", "m\u{131}ke"), ("a.b", "ab"),
            ("a-b", "a_b"),
        ])
    func others(one: String, other: String) throws {
        #expect(try #require(Username(one)).key != #require(Username(other)).key)
    }

    @Test("what a person types to log in finds the name as it was typed at registration")
    func keyOfTyped() throws {
        for typed in ["Ada", "ａｄａ", "STRASSE", "\u{212A}ate"] {
            #expect(Username.key(of: typed) == (try #require(Username(typed))).key)
        }
    }

    @Test("also the longest name that is typed in its parts")
    func longestTyped() throws {
        let name = try #require(Username(String(repeating: "\u{AC01}", count: 150)))
        #expect(
            Username.key(of: String(repeating: "\u{1100}\u{1161}\u{11A8}", count: 150)) == name.key)
    }

    @Test("what is longer than any name has no form: to put its marks in order would take seconds")
    func manyMarks() {
        let marks =
            String(repeating: "\u{344}", count: 400) + String(repeating: "\u{316}", count: 400)
        #expect(Username.key(of: marks) == nil)
        #expect(Username.key(of: String(repeating: "a", count: 1351)) == nil)
        #expect(Username.key(of: String(repeating: "a", count: 1350)) != nil)
    }
}
