import ArgumentParser
import Auth
import JSON

/// The option of commands that have something to tell.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for scripts.")
    var json = false

    /// Prints an object for scripts, or runs what prints for people.
    func print(_ value: @autoclosure () -> JSONValue, orElse forPeople: () -> Void) {
        if json {
            Swift.print(String(decoding: JSONWriter.write(value()), as: UTF8.self))
        } else {
            forPeople()
        }
    }

    /// Prints one value under its name, or a sentence.
    func print(_ sentence: String, _ members: JSONObject.Member...) {
        print(.object(JSONObject(members))) { Swift.print(sentence) }
    }
}

extension JSONValue {
    /// The text, or null.
    init(_ text: String?) {
        self = text.map { .string($0) } ?? .null
    }

    /// The number.
    init(_ number: some BinaryInteger) {
        self = .number(JSONNumber(number))
    }

    /// The moment as text (RFC 3339), or null.
    init(_ moment: Instant?) {
        self.init(moment?.timestamp)
    }

    /// An object of members.
    static func members(_ members: (String, JSONValue)...) -> JSONValue {
        .object(JSONObject(members.map { JSONObject.Member($0.0, $0.1) }))
    }
}
