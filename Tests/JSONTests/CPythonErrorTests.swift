import Foundation
import JSON
import Testing

/// A text that CPython's `json.loads` refuses, with the sentence of its `JSONDecodeError`.
struct CPythonError: Decodable, Sendable, CustomTestStringConvertible {
    let text: String
    let error: String

    var testDescription: String { text.debugDescription }

    static func all() throws -> [CPythonError] {
        let file = try #require(
            Bundle.module.url(
                forResource: "cpython-3.11-json-errors", withExtension: "json",
                subdirectory: "Vectors"))
        return try JSONDecoder().decode([CPythonError].self, from: Data(contentsOf: file))
    }
}

@Suite("faults of JSON texts, in the words of CPython 3.11")
struct CPythonErrorTests {
    @Test("every refused text is refused with the sentence and the place of CPython")
    func sentences() throws {
        let vectors = try CPythonError.all()
        #expect(vectors.count > 100)
        for vector in vectors {
            let error = #expect(throws: JSONError.self, "\(vector.testDescription)") {
                try JSONReader.read(Array(vector.text.utf8))
            }
            #expect(error?.description == vector.error, "\(vector.testDescription)")
        }
    }

    @Test("a fault tells line and column in Unicode scalars")
    func place() throws {
        let text = "{\"é\":\n \"\u{1F600}\" x}"
        let error = try #require(throws: JSONError.self) {
            try JSONReader.read(Array(text.utf8))
        }
        #expect(error.fault == .expectedComma)
        #expect(error.position == 11)
        #expect(error.line == 2)
        #expect(error.column == 6)
    }

    @Test(
        "what is no number in JSON is named without a place",
        arguments: ["NaN", "Infinity", "-Infinity"])
    func notANumber(_ word: String) throws {
        for text in [word, "[\(word)]", "{\"a\": \(word)}", "[1, \(word)"] {
            let error = try #require(throws: JSONError.self) {
                try JSONReader.read(Array(text.utf8))
            }
            #expect(error.fault == .notANumber(word))
            #expect(
                error.description == "Out of range float values are not JSON compliant: '\(word)'")
        }
    }
}
