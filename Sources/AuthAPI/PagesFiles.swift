import FoundationEssentials
import Mustache

/// The files that pages are made of: one in the override directory wins over the shipped one.
struct PageFiles {
    let shipped: String
    let override: String?

    /// Makes a page of its file.
    ///
    /// - Parameter mayConnect: Whether its script may send requests to the service.
    func page(
        _ name: String, library: MustacheLibrary, mayConnect: Bool = false
    ) throws(PageError) -> Page {
        let (template, file) = try template("\(name).html.mustache")
        let text = template.render([String: String](), library: library)
        do {
            let policy = try PagePolicy(forPage: text, mayConnect: mayConnect)
            return Page(body: Array(text.utf8), contentSecurityPolicy: policy.header)
        } catch {
            throw PageError(file: file, reason: error.rawValue)
        }
    }

    /// Reads a template.
    ///
    /// - Returns: The template, and where it was found.
    func template(_ name: String) throws(PageError) -> (MustacheTemplate, file: String) {
        var file = "\(shipped)/\(name)"
        if let override, FileManager.default.fileExists(atPath: "\(override)/\(name)") {
            file = "\(override)/\(name)"
        }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw PageError(file: file, reason: "the file is missing or cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PageError(file: file, reason: "the file is not UTF-8")
        }
        do {
            return (try MustacheTemplate(string: text), file)
        } catch let error as MustacheTemplate.ParserError {
            let place = "line \(error.context.lineNumber), column \(error.context.columnNumber)"
            throw PageError(file: file, reason: "\(place): \(error.error)")
        } catch {
            throw PageError(file: file, reason: "\(error)")
        }
    }
}
