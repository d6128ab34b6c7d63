import Foundation
import Testing

@testable import FastCGI

@Suite("heads of requests")
struct RequestHeadTests {
    private static let whole = RawRecord.parameters(["REQUEST_METHOD": "GET", "REQUEST_URI": "/x"])
    private static let end = RawRecord.record(4, [])
    private static let body = RawRecord.body([])
    private static let answer = "GET|/x||-|-|-|-||"

    private static func begin(role: UInt8) -> [UInt8] {
        RawRecord.record(1, [0, role, 0, 0, 0, 0, 0, 0])
    }

    private static func otherRequest(_ type: UInt8) -> [UInt8] {
        [1, type, 0, 2, 0, 0, 0, 0]
    }

    /// What may not come, and would be kept or waited for if it reached libfcgi.
    static let unsound: [(String, [UInt8])] = [
        ("another version", [2] + (RawRecord.begin + whole + body).dropFirst()),
        ("an authorizer", begin(role: 2) + whole + body),
        ("a filter", begin(role: 3) + whole + body),
        ("an unknown role", begin(role: 9) + whole + body),
        ("two beginnings", RawRecord.begin + RawRecord.begin + whole + body),
        ("parameters first", whole + body),
        ("an abort", RawRecord.begin + RawRecord.record(2, []) + whole + body),
        ("another request's parameters", RawRecord.begin + otherRequest(4) + whole + body),
        ("another request's data", RawRecord.begin + otherRequest(8) + whole + body),
        ("a management record", RawRecord.record(9, []) + RawRecord.begin + whole + body),
        ("half a length", RawRecord.begin + RawRecord.record(4, [0x80, 0]) + end + body),
        ("a name alone", RawRecord.begin + RawRecord.record(4, [1]) + end + body),
        ("a value cut off", RawRecord.begin + RawRecord.record(4, [1, 9, 65, 65]) + end + body),
        (
            "lengths of 2 GiB",
            RawRecord.begin + RawRecord.record(4, [UInt8](repeating: 0xFF, count: 8)) + end + body
        ),
    ]

    @Test("what no web server sends is not read and not answered", arguments: unsound)
    func refuses(name: String, bytes: [UInt8]) throws {
        let (refused, next) = try ResponderWorkplace().serve { place in
            (place.ask(bytes), place.ask(RawRecord.begin + Self.whole + Self.body))
        }
        #expect(refused == nil)
        #expect(next == Self.answer)
    }

    @Test("it is found before libfcgi sees it, which would ask for memory", arguments: unsound)
    func isFound(name: String, bytes: [UInt8]) {
        var bytes = bytes
        #expect(bytes.withUnsafeMutableBytes { RequestHeadForm.judge($0) } == .unsound)
    }

    @Test("parameters may be cut into records at any place, and come byte by byte")
    func pieces() throws {
        let content = Array(Self.whole.dropLast(8).dropFirst(8))
        let answers = try ResponderWorkplace().serve { place in
            var answers = [Int: String?]()
            for size in [1, 2, 7, 30] {
                let records = stride(from: 0, to: content.count, by: size).flatMap {
                    RawRecord.record(4, Array(content[$0..<min($0 + size, content.count)]))
                }
                answers[size] = place.ask(RawRecord.begin + records + Self.end + Self.body)
            }
            if let client = RawClient(place.path) {
                for byte in RawRecord.begin + Self.whole + Self.body { client.send([byte]) }
                answers[0] = place.answer(to: client)
            }
            return answers
        }
        #expect(answers.count == 5)
        #expect(answers.values.allSatisfy { $0 == Self.answer })
    }

    @Test("padding is passed over")
    func padding() throws {
        let padded = RawRecord.begin + Self.whole.dropLast(8)
        let answer = try ResponderWorkplace().serve { place in
            place.ask(padded + [1, 4, 0, 1, 0, 0, 3, 0, 9, 9, 9] + Self.body)
        }
        #expect(answer == Self.answer)
    }

    @Test("a head has up to 48 KiB", arguments: [(3000, true), (45000, true), (52000, false)])
    func size(count: Int, isTaken: Bool) throws {
        let answer = try ResponderWorkplace().serve { place in
            let pieces = (0..<count / 1000).map { number in
                (String(format: "HTTP_%03d", number), String(repeating: "x", count: 984))
            }
            let further = Dictionary(uniqueKeysWithValues: pieces)
            // In records of their own.
            let records = further.flatMap {
                RawRecord.parameters([$0.key: $0.value]).dropLast(8)
            }
            return place.ask(RawRecord.begin + records + Self.whole + Self.body)
        }
        #expect((answer == Self.answer) == isTaken)
    }
}
