import Foundation
import Testing

@testable import AuthAPI

@Suite("pages for people")
struct PagesTests {
    static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("share/templates/pages").path

    @Test("the policy allows the page's own blocks and nothing else")
    func policies() throws {
        let pages = try Pages(shipped: Self.shipped, override: nil)
        for page in [pages.emailVerified(), pages.emailNotVerified()] {
            let directives = page.contentSecurityPolicy.components(separatedBy: "; ")
            #expect(directives.count == 5)
            #expect(directives[0] == "default-src 'none'")
            #expect(directives[1].hasPrefix("style-src 'sha256-"))
            #expect(
                directives[2...] == [
                    "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'",
                ])
        }
        for page in [pages.passwordReset(), pages.verifyEmail()] {
            let policy = page.contentSecurityPolicy
            #expect(policy.contains("script-src 'sha256-"))
            #expect(policy.contains("connect-src 'self'"))
            #expect(!policy.contains("unsafe"))
        }
    }

    @Test("a page loads nothing from elsewhere and tells no site where it is")
    func pagesAreAlone() throws {
        let pages = try Pages(shipped: Self.shipped, override: nil)
        for page in [
            pages.emailVerified(), pages.emailNotVerified(), pages.passwordReset(),
            pages.verifyEmail(),
        ] {
            let text = String(decoding: page.body, as: UTF8.self)
            for outside in ["http:", "https:", "//", "src=", "<link", "@import", "url("] {
                // Comments of the script begin with two strokes.
                let searched = outside == "//" ? text.replacing("  // ", with: "") : text
                #expect(!searched.contains(outside), "\(outside)")
            }
            #expect(text.contains("<meta name=\"referrer\" content=\"no-referrer\">"))
            #expect(text.contains("<html lang=\"en\""))
            #expect(!text.contains("{{"))
            #expect(!text.contains(" style=\""), "the policy forbids style attributes")
        }
    }

    @Test("the hash is that of the block (example of CSP Level 3 §8.2)")
    func hashes() throws {
        let policy = try PagePolicy(
            forPage: "<p><script>alert('Hello, world.');</script>", mayConnect: false)
        #expect(
            policy.header == "default-src 'none'; "
                + "script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='; "
                + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
    }

    @Test("each of several blocks has its hash")
    func severalBlocks() throws {
        let policy = try PagePolicy(
            forPage: "<style>a</style><style>b</style>", mayConnect: false)
        #expect(policy.header.components(separatedBy: "sha256-").count == 3)
    }

    @Test(
        "a page whose policy could not work is refused at start",
        arguments: [
            ("<style>a", "a <style> or <script> block has no end tag"),
            (
                "<script src=\"x.js\"></script>",
                "<style> and <script> must be inline and have no attributes"
            ),
            ("<SCRIPT>x</SCRIPT>", "write <style> and <script> in lower case"),
            ("{{#open}}", "line"),
        ])
    func refuses(text: String, reason: String) throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("email_verified.html.mustache")
        try Data(text.utf8).write(to: file)
        let error = try #require(throws: PageError.self) {
            try Pages(shipped: Self.shipped, override: directory.path)
        }
        #expect(error.file == file.path)
        #expect(error.reason.contains(reason))
    }

    @Test("a missing page is named")
    func missing() throws {
        let error = try #require(throws: PageError.self) {
            try Pages(shipped: "/nonexistent", override: nil)
        }
        #expect(
            error.description
                == "/nonexistent/style.css.mustache: the file is missing or cannot be read")
    }
}
