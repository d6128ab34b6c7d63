import Mustache

/// The pages that a person sees who opens a link of a mail, read once at start.
public struct Pages: Sendable {
    private let verified: Page
    private let notVerified: Page
    private let verification: Page
    private let reset: Page

    /// Reads the pages, and their common `style.css.mustache`.
    ///
    /// - Parameters:
    ///   - shipped: The directory with every page.
    ///   - override: A directory whose files win, or `nil`.
    /// - Throws: ``PageError`` for the first file that is missing or not what a page has to be.
    public init(shipped: String, override: String?) throws(PageError) {
        let files = PageFiles(shipped: shipped, override: override)
        let (style, _) = try files.template("style.css.mustache")
        let library = MustacheLibrary(templates: ["style.css": style])
        verified = try files.page("email_verified", library: library)
        notVerified = try files.page("email_not_verified", library: library)
        verification = try files.page("verify_email", library: library, mayConnect: true)
        reset = try files.page("password_reset", library: library, mayConnect: true)
    }

    /// The address is confirmed.
    public func emailVerified() -> Page { verified }

    /// The link of a verification mail is not good, or not any more.
    public func emailNotVerified() -> Page { notVerified }

    /// The form that asks for the password before an address is confirmed.
    ///
    /// The page is the same for every link, as that for a new password.
    public func verifyEmail() -> Page { verification }

    /// The form for a new password.
    ///
    /// The page is the same for every link: its script sends the password to the address that the
    /// page was opened with, so no token is ever written into a page.
    public func passwordReset() -> Page { reset }
}

/// A page, and what a browser may do with it.
public struct Page: Hashable, Sendable {
    /// The HTML, in UTF-8.
    public let body: [UInt8]
    /// The value of the header Content-Security-Policy.
    public let contentSecurityPolicy: String
}

/// Why a page cannot be used; found at start.
public struct PageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, with its directory.
    public let file: String
    /// What is wrong with it.
    public let reason: String

    /// For example `/etc/…/password_reset.html.mustache: a block has no end tag`.
    public var description: String { "\(file): \(reason)" }
}
