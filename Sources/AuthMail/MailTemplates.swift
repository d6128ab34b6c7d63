import Auth
import Mustache

/// The texts of all mails, read and tried out once at start.
public struct MailTemplates: Sendable {
    private let templates: [MailKind: Parts]

    private struct Parts: Sendable {
        let subject: MustacheTemplate
        let text: MustacheTemplate
        let html: MustacheTemplate
    }

    /// Reads `<kind>.subject.mustache`, `<kind>.text.mustache` and `<kind>.html.mustache` for each
    /// kind of mail.
    ///
    /// - Parameters:
    ///   - shipped: The directory with every template.
    ///   - override: A directory whose files win, or `nil`.
    /// - Throws: ``TemplateError`` for a file that is missing, is not a template, does not show the
    ///   link, or has a subject that is not one line.
    public init(shipped: String, override: String? = nil) throws(TemplateError) {
        let directories = TemplateDirectories(shipped: shipped, override: override)
        var templates: [MailKind: Parts] = [:]
        for kind in MailKind.allCases {
            templates[kind] = try Self.parts(of: kind, in: directories)
        }
        self.templates = templates
    }

    /// Fills in the templates of a mail.
    ///
    /// - Throws: ``RenderingFault/subjectIsNotOneLine`` when a value broke the subject.
    func render(_ kind: MailKind, _ values: MailValues) throws(RenderingFault) -> RenderedMail {
        guard let parts = templates[kind] else {
            preconditionFailure("every kind has its templates, checked at start")
        }
        let variables = values.variables
        let subject = parts.subject.render(variables).trimmingLineEnd
        guard !subject.isEmpty, !subject.contains(where: \.isNewline) else {
            throw .subjectIsNotOneLine
        }
        return RenderedMail(
            subject: subject, text: parts.text.render(variables),
            html: parts.html.render(variables))
    }

    private static func parts(
        of kind: MailKind, in directories: TemplateDirectories
    ) throws(TemplateError) -> Parts {
        let values = MailValues.sample.variables
        let subject = try load("\(kind.rawValue).subject.mustache", in: directories) {
            let line = $0.render(values).trimmingLineEnd
            return line.isEmpty || line.contains(where: \.isNewline)
                ? "the subject must be one line" : nil
        }
        let hasLink = kind.linkPurpose != nil
        let text = try load("\(kind.rawValue).text.mustache", in: directories) {
            guard hasLink else { return nil }
            // Escaped, the link would not work in a text: its & would read &amp;.
            return $0.render(values).contains(MailValues.sample.link)
                ? nil : "it must show {{{link}}}, in three braces"
        }
        let html = try load("\(kind.rawValue).html.mustache", in: directories, isMarkup: true) {
            let link = MarkupEscaping().escapeText(MailValues.sample.link)
            return !hasLink || $0.render(values).contains(link) ? nil : "it must show {{link}}"
        }
        return Parts(subject: subject, text: text, html: html)
    }

    private static func load(
        _ name: String, in directories: TemplateDirectories, isMarkup: Bool = false,
        fault: (MustacheTemplate) -> String?
    ) throws(TemplateError) -> MustacheTemplate {
        let (text, file) = try directories.read(name)
        let template: MustacheTemplate
        do {
            let asWritten = try MustacheTemplate(string: text)
            template =
                isMarkup
                ? try MustacheTemplate(string: MarkupEscaping.applied(to: text)) : asWritten
        } catch let error as MustacheTemplate.ParserError {
            throw TemplateError(file: file, reason: Self.reason(error))
        } catch {
            throw TemplateError(file: file, reason: "\(error)")
        }
        if let reason = fault(template) { throw TemplateError(file: file, reason: reason) }
        return template
    }

    private static func reason(_ error: MustacheTemplate.ParserError) -> String {
        let place = "line \(error.context.lineNumber), column \(error.context.columnNumber)"
        let what = "\(error.error)"
        return "\(place): \(what == "overflow" ? "the file ends inside a tag" : what)"
    }
}

/// Why a mail could not be written from its templates.
enum RenderingFault: Error, Hashable, Sendable {
    case subjectIsNotOneLine
}

/// A mail as the templates wrote it.
struct RenderedMail: Hashable, Sendable {
    let subject: String
    let text: String
    let html: String
}

extension String {
    fileprivate var trimmingLineEnd: String {
        var result = self
        while let last = result.last, last.isNewline { result.removeLast() }
        return result
    }
}
