import Testing
import Threading

@Suite("requests over FastCGI")
struct ResponderTests {
    @Test("a handler sees what the web server says of a request")
    func head() throws {
        let answers = try ResponderWorkplace().serve { place in
            [
                place.ask(RawRecord.request("GET", "/a/b?c=d?e")),
                place.ask(
                    RawRecord.request(
                        "PATCH", "/%61?", length: 0,
                        further: [
                            "CONTENT_TYPE": "a/b; c=d", "HTTP_ACCEPT": "x/y",
                            "HTTP_AUTHORIZATION": "Bearer z", "DEVICE_COOKIE": "c",
                            "REMOTE_ADDR": "192.0.2.7",
                            "REQUEST_ID": "id", "HTTP_X": String(repeating: "x", count: 5000),
                        ])),
                place.ask(
                    RawRecord.request(
                        "POST", "",
                        further: [
                            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "x",
                            "HTTP_ACCEPT": "",
                        ])),
                place.ask(RawRecord.begin + RawRecord.parameters([:]) + RawRecord.body([])),
            ]
        }
        #expect(
            answers == [
                "GET|/a/b|c=d?e|-|-|-|-||",
                "PATCH|/%61||a/b; c=d|0|x/y|Bearer z and c|192.0.2.7|id",
                "POST|||application/json|-|-|-||", "NONE|||-|-|-|-||",
            ])
    }

    @Test("an answer to HEAD has the head of the answer alone")
    func headRequest() throws {
        let text = try ResponderWorkplace().serve { place in
            guard let client = RawClient(place.path) else { return "" }
            client.send(RawRecord.request("HEAD", "/x"))
            return client.receive().text
        }
        #expect(text.hasPrefix("Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"))
        #expect(text.contains("\r\nContent-Length: 18\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("a body is taken in pieces of any size, to its announced length")
    func bodies() throws {
        let long = [UInt8](repeating: 0x61, count: 150_000)
        let answers = try ResponderWorkplace().serve { place in
            func head(_ count: Int) -> [UInt8] {
                RawRecord.begin
                    + RawRecord.parameters([
                        "REQUEST_METHOD": "POST", "REQUEST_URI": "/body",
                        "CONTENT_LENGTH": String(count),
                    ])
            }
            return [
                place.ask(RawRecord.request("POST", "/body", body: "é\0x")),
                place.ask(head(3) + RawRecord.body(Array("abc".utf8), pieces: 1)),
                place.ask(head(150_000) + RawRecord.body(long)),
                place.ask(head(2) + RawRecord.body(Array("abc".utf8))),
                place.ask(RawRecord.request("POST", "/body")),
            ]
        }
        #expect(answers == ["é\0x", "abc", "150000 bytes", "ab", ""])
    }

    @Test("a body that ends early is incomplete, one that is too long is too large")
    func badBodies() throws {
        let answers = try ResponderWorkplace().serve { place in
            guard let cut = RawClient(place.path) else { return [String?]() }
            let whole = RawRecord.request("POST", "/body", body: "abcdef")
            // Without the end of the body, in the middle of a record.
            cut.send(whole.dropLast(10))
            cut.endSending()
            return [
                place.ask(RawRecord.request("POST", "/body", body: "abc", length: 4)),
                place.ask(RawRecord.request("POST", "/body", length: 4)),
                place.answer(to: cut),
                place.ask(
                    RawRecord.request(
                        "POST", "/body", body: String(repeating: "a", count: 60000),
                        length: 200_001)),
                place.ask(RawRecord.request("POST", "/body", body: "a", length: -1)),
                place.ask(RawRecord.request("POST", "/body", body: "a", length: .max)),
            ]
        }
        #expect(
            answers == [
                "incomplete", "incomplete", "incomplete", "tooLarge", "tooLarge", "tooLarge",
            ])
    }

    @Test("peers that send nonsense or leave do no harm")
    func nonsense() throws {
        let answer = try ResponderWorkplace().serve { place in
            let whole = RawRecord.request("POST", "/body", body: "abc")
            var broken: [[UInt8]] = [
                [], Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0xFF, count: 4096),
                RawRecord.begin + RawRecord.begin, RawRecord.record(4, [200, 200]),
                RawRecord.begin + RawRecord.record(4, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
                RawRecord.record(1, [0, 9, 0, 0, 0, 0, 0, 0]),
            ]
            broken += (0..<whole.count).map { Array(whole[..<$0]) }
            for bytes in broken {
                guard let client = RawClient(place.path) else { return "refused" }
                client.send(bytes)
            }
            return place.ask(whole) ?? "no answer"
        }
        #expect(answer == "abc")
    }

    @Test("a request that another thread answers holds no worker")
    func handedOn() throws {
        let answers = try ResponderWorkplace().serve { place in
            guard let waiting = RawClient(place.path) else { return [String?]() }
            waiting.send(RawRecord.request("GET", "/hand-on"))
            guard place.waitForRequests(1) else { return [] }
            let others = (0..<3).map { place.ask(RawRecord.request("GET", "/\($0)")) }
            place.state.gate.raise()
            return others + [place.answer(to: waiting)]
        }
        #expect(
            answers == ["GET|/0||-|-|-|-||", "GET|/1||-|-|-|-||", "GET|/2||-|-|-|-||", "handed on"])
    }

    @Test("several workers answer at the same time on one listener")
    func workers() throws {
        let answers = try ResponderWorkplace().serve(workers: 4) { place in
            let clients = (0..<4).compactMap { _ in RawClient(place.path) }
            for client in clients { client.send(RawRecord.request("GET", "/wait")) }
            guard place.waitForRequests(4) else { return [String?]() }
            place.state.gate.raise()
            return clients.map { place.answer(to: $0) }
        }
        #expect(answers == ["waited", "waited", "waited", "waited"])
    }
}
