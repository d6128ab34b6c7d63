import HTTP
import Testing

@Suite("what a client takes (RFC 9110 §12.5.1)")
struct AcceptTests {
    @Test(
        "whoever takes JSON or HTML can be answered",
        arguments: [
            nil, "", "*/*", "application/json", "application/*", "APPLICATION/JSON",
            "application/json; charset=utf-8", "application/json;version=1", "text/html",
            "text/*", ", application/json", "text/plain, */*;q=0.1", "*/*;q=0.001",
            "image/png,application/json;q=0.5", " application/json ", "application/json;q=1.000",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ] as [String?])
    func satisfiable(field: String?) {
        #expect(Accept(field).isSatisfiable)
    }

    @Test(
        "whoever takes neither cannot be answered",
        arguments: [
            "image/png", "text/plain", "application/json;q=0", "*/*;q=0", "*", "json", ",", ";",
            " ", "application/json/x", "application/jsonx", "text/html;q=0, application/json;q=0.0",
            "application/json;q=nonsense",
        ])
    func unsatisfiable(field: String) {
        #expect(!Accept(field).isSatisfiable)
    }

    @Test("the most exact range decides, wherever it stands")
    func precedence() {
        let accept = Accept("*/*;q=0.2, application/json;q=0, application/*;q=0.7, text/html;q=1")
        #expect(accept.weight(of: "application", "json") == 0)
        #expect(accept.weight(of: "application", "xml") == 700)
        #expect(accept.weight(of: "text", "html") == 1000)
        #expect(accept.weight(of: "image", "png") == 200)
    }

    @Test(
        "a weight outside of 0 to 1 is taken as the nearest one",
        arguments: [("2", 1000), ("-1", 0), ("0.5", 500), ("1e9", 1000), ("0.0009", 0)])
    func clamped(weight: String, thousandths: Int) {
        #expect(Accept("text/html;q=\(weight)").weight(of: "text", "html") == thousandths)
    }

    @Test("a weight that is no number is none", arguments: ["nan", "NaN", "inf", "", "x"])
    func oddWeights(weight: String) {
        let accept = Accept("text/html;q=\(weight)")
        #expect((0...1000).contains(accept.weight(of: "text", "html")))
    }

    @Test("a browser prefers HTML, a program does not")
    func browsers() {
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        #expect(Accept(firefox).prefersHTML)
        for program in [nil, "*/*", "application/json", "application/json, text/html", "image/png"]
        {
            #expect(!Accept(program).prefersHTML)
        }
    }

    @Test("only the first hundred ranges are looked at")
    func many() {
        let field = String(repeating: "image/png,", count: 100) + "application/json"
        #expect(!Accept(field).isSatisfiable)
    }
}
