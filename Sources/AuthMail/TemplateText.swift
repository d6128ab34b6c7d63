import FoundationEssentials

/// Why a template cannot be used; found at start.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, with its directory.
    public let file: String
    /// What is wrong with it.
    public let reason: String

    /// For example `/etc/…/verify_email.text.mustache: it does not show {{link}}`.
    public var description: String { "\(file): \(reason)" }
}

/// Finds template files: one in the override directory wins over the shipped one.
struct TemplateDirectories: Hashable, Sendable {
    let shipped: String
    let override: String?

    /// Reads one file.
    ///
    /// - Returns: The text, and where it was found.
    func read(_ name: String) throws(TemplateError) -> (text: String, file: String) {
        var file = "\(shipped)/\(name)"
        if let override, FileManager.default.fileExists(atPath: "\(override)/\(name)") {
            file = "\(override)/\(name)"
        }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw TemplateError(file: file, reason: "the file is missing or cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TemplateError(file: file, reason: "the file is not UTF-8")
        }
        return (text, file)
    }
}
