/// One reader of foreign bytes, and what must hold whatever it is given.
public struct FuzzTarget: Sendable, CustomStringConvertible {
    /// The name on the command line, and of the folder in `Corpora`.
    public let name: String
    /// The longest input that the rest of the product lets through to this reader, in bytes.
    public let longest: Int
    private let body: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, longest: Int, _ body: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.longest = longest
        self.body = body
    }

    /// Gives the bytes to the reader.
    ///
    /// - Throws: ``Violation`` when a promise does not hold.
    public func run(_ bytes: [UInt8]) throws { try body(bytes) }

    /// The name.
    public var description: String { name }

    /// Every target; a new one is added here and gets a folder in `Corpora`.
    public static let all: [FuzzTarget] = [
        accept, authorization, base64, body, claims, deviceCookie, email, fastcgiHead, form, header,
        json,
        mediaType, multipart, passwordHash, path, service, settings, smtpReply, smtpURL, token,
        username,
    ]
}

/// A promise that did not hold.
public struct Violation: Error, CustomStringConvertible {
    /// The promise, and what was found instead.
    public let description: String
}

/// Demands a promise.
func require(_ isKept: Bool, _ promise: @autoclosure () -> String) throws {
    if !isKept { throw Violation(description: promise()) }
}

extension String {
    /// Text as FastCGI and forms hand it in: bytes that are not UTF-8 become U+FFFD.
    init(foreign bytes: some Collection<UInt8>) { self.init(decoding: bytes, as: UTF8.self) }

    /// Whether two texts have the same bytes; `==` takes canonically equal ones for the same.
    func hasBytes(of other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension [UInt8] {
    /// The bytes before the first line feed, and those behind it.
    var firstLine: (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        guard let end = firstIndex(of: UInt8(ascii: "\n")) else { return (self[...], []) }
        return (self[..<end], self[(end + 1)...])
    }
}
