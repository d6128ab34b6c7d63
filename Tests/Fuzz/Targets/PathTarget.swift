import Auth
import HTTP

@testable import AuthAPI

extension FuzzTarget {
    /// Paths, with the user and the secret that the link of a mail carries.
    static let path = FuzzTarget("path", longest: 8192) { bytes in
        // FastCGI hands it on as a text of C.
        let path = String(foreign: bytes.prefix { $0 != 0 })
        try requireOneSpelling(path)
        let router = Router(prefix: "/api/auth")
        guard let match = router.route(path) else { return }
        let wanted = match.route.path.count { $0.hasPrefix("<") }
        try require(match.parameters.count == wanted, "a parameter is missing")
        let segments = PercentCoding.decode(Array(path.utf8), plusIsSpace: false)
            .split(separator: UInt8(ascii: "/"))
        for parameter in match.parameters {
            try require(
                segments.contains { $0.elementsEqual(parameter.utf8) },
                "a parameter is not what stood between two slashes")
            try require(!parameter.isEmpty, "an empty segment was taken")
            try require(
                !parameter.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") },
                "a parameter has NUL or a slash")
            try requireOneSpelling(parameter)
        }
        // Written with every byte escaped it is the same request.
        var rest = match.parameters[...]
        let written = match.route.path.map { segment in
            segment.hasPrefix("<") ? rest.removeFirst().escaped : segment.escaped
        }
        let isOperation = Routes.operations.contains { $0.name == match.route.name }
        let prefix = isOperation ? "/" : "/api/auth/"
        let again = router.route(prefix + written.joined(separator: "/"))
        try require(again?.route.name == match.route.name, "escaped, it has another route")
        try require(
            again.map { zip($0.parameters, match.parameters).allSatisfy { $0.hasBytes(of: $1) } }
                == true, "escaped, it has other parameters")
    }

    /// A user or a secret in a link has one spelling only.
    private static func requireOneSpelling(_ text: String) throws {
        if let user = UserID(uidb64: text) {
            try require(user.uidb64.hasBytes(of: text), "two spellings of a user")
            try require(user.rawValue > 0, "user 0")
        }
        if let token = OneTimeToken(presented: text) {
            try require(token.revealForMail().hasBytes(of: text), "two spellings of a secret")
        }
    }
}
