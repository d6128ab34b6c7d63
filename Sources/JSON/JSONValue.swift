/// A value of a JSON text (RFC 8259).
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number, kept as it was written so that no digit is lost.
    case number(JSONNumber)
    /// A string of Unicode scalars.
    case string(String)
    /// A string with a `\u` escape that is half of a surrogate pair.
    ///
    /// RFC 8259 §8.2 allows it, and no `String` can hold it. The value is the first such half.
    case unpairedSurrogate(UInt16)
    /// A list of values.
    case array([JSONValue])
    /// A list of named values.
    case object(JSONObject)
}

/// The members of an object in the order of the text; the names are unique.
public struct JSONObject: Hashable, Sendable {
    /// One name and its value.
    public struct Member: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: JSONValue

        /// Joins a name and a value.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Equal to Swift are canonically equal names, too; that is rare, so it is asked last.
        func isNamed(_ name: String) -> Bool {
            guard self.name.utf8.count == name.utf8.count, self.name == name else { return false }
            let (own, other) = (self.name.utf8.span, name.utf8.span)
            for index in own.indices where own[index] != other[index] { return false }
            return true
        }
    }

    /// The members, in order.
    public private(set) var members: [Member]

    /// Makes an object of members whose names the caller knows to be unique.
    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The value under a name; setting replaces it in its place, appends it, or with nil removes it.
    ///
    /// Looks at one member after the other: objects here have a handful of them. Names are the same
    /// when their bytes are (RFC 8259 §8.3); the number of bytes tells most of them apart.
    public subscript(name: String) -> JSONValue? {
        get {
            // By place: to hand out a member would count references to all that is in it.
            for index in members.indices where members[index].isNamed(name) {
                return members[index].value
            }
            return nil
        }
        set {
            let index = members.firstIndex { $0.isNamed(name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
        }
    }
}

/// A number as it was written.
public struct JSONNumber: Hashable, Sendable {
    /// The text, which follows the grammar of RFC 8259 §6.
    public let text: String

    /// Wraps a text that the reader has matched.
    init(matched text: String) {
        self.text = text
    }

    /// The number of an integer.
    public init(_ integer: some BinaryInteger) {
        self.text = String(integer)
    }

    /// Whether it has neither fraction nor exponent.
    public var isInteger: Bool {
        !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    }

    /// The number when it is an integer that fits into 64 bits.
    ///
    /// The grammar leaves no other text that Swift would take for one.
    public var integer: Int64? { Int64(text) }

    /// The nearest double, which may be infinite.
    public var double: Double { Double(text) ?? .infinity }

    /// The seconds that it means as a NumericDate (RFC 7519 §2), without the fraction.
    ///
    /// Nil when it lies outside of 64 bits.
    public var wholeSeconds: Int64? { integer ?? Int64(exactly: double.rounded(.towardZero)) }
}
