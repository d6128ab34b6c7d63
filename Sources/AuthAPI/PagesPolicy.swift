import Cryptography
import HTTP

/// What a browser may do with a page: nothing but what is written in it.
///
/// Inline blocks are allowed by the hash of their text (CSP Level 3 §2.3.1, `hash-source`), so a
/// block that got into a page in another way does not run.
struct PagePolicy: Hashable, Sendable {
    /// The value of the header Content-Security-Policy.
    let header: String

    /// Why a page cannot have a policy.
    enum Fault: String, Error, Hashable, Sendable {
        case noEnd = "a <style> or <script> block has no end tag"
        case attributes = "<style> and <script> must be inline and have no attributes"
        case upperCase = "write <style> and <script> in lower case"
    }

    /// Hashes the blocks of a page.
    ///
    /// - Parameters:
    ///   - text: The page as it is sent.
    ///   - mayConnect: Whether its script may send requests to the service.
    init(forPage text: String, mayConnect: Bool) throws(Fault) {
        let styles = try Self.hashes(of: "style", in: text)
        let scripts = try Self.hashes(of: "script", in: text)
        var directives = ["default-src 'none'"]
        if !styles.isEmpty { directives.append("style-src \(styles.joined(separator: " "))") }
        if !scripts.isEmpty { directives.append("script-src \(scripts.joined(separator: " "))") }
        if mayConnect { directives.append("connect-src 'self'") }
        directives += ["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"]
        header = directives.joined(separator: "; ")
    }

    private static func hashes(of tag: String, in text: String) throws(Fault) -> [String] {
        let bytes = Array(text.utf8)
        let opening = Array("<\(tag)".utf8)
        var result: [String] = []
        var cursor = 0
        while let start = bytes.firstRange(of: opening, from: cursor)?.upperBound {
            guard start < bytes.count, bytes[start] == UInt8(ascii: ">") else { throw .attributes }
            guard let end = bytes.firstRange(of: Array("</\(tag)>".utf8), from: start + 1) else {
                throw .noEnd
            }
            let digest = SHA256.digest(Array(bytes[(start + 1)..<end.lowerBound]))
            result.append("'sha256-\(Base64.encode(digest))'")
            cursor = end.upperBound
        }
        guard count(of: opening, in: Array(text.lowercased().utf8)) == result.count else {
            throw .upperCase
        }
        return result
    }

    private static func count(of pattern: [UInt8], in bytes: [UInt8]) -> Int {
        var count = 0
        var cursor = 0
        while let found = bytes.firstRange(of: pattern, from: cursor) {
            count += 1
            cursor = found.upperBound
        }
        return count
    }
}
