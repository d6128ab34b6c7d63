import Auth
import AuthTesting
import CryptographyTesting
import JSON

extension FuzzTarget {
    /// A line with the header and then the claims of a token that the right key signed: what gets in
    /// although nobody here would have signed it.
    static let claims = FuzzTarget("claims", longest: 6000) { bytes in
        let (line, rest) = bytes.firstLine
        let (header, payload) = (Array(line), Array(rest))
        let token = try TestTokens.token(header: header, claims: payload)
        guard let object = try? TestTokens.signer().verify(token) else { return }
        try requireHeaderOfOurs(header)
        try require(
            (try? JSONReader.read(payload)) == .object(object),
            "the claims are not those that were signed")
        let issuer = try TestTokens.issuer()
        let now = TestTokens.now
        guard let claims = try? issuer.check(token, as: .refresh, at: now) else { return }
        try require(now < claims.expires, "an expired token is good")
        try require(claims.id.blacklistKey.count == 16, "no key for the blacklist")
        // What is made of it must be a token that we take.
        let random = CountingSource()
        let successors = [
            TokenType.access: issuer.issueAccess(
                from: claims, generation: 0, accessClaims: [], at: now, from: random),
            TokenType.refresh: issuer.issueSuccessor(
                issuer.makeSuccessor(generation: 0, at: now, from: random), of: claims),
        ]
        for (type, text) in successors where text.utf8.count <= TokenSigner.lengthLimit {
            let isTaken = (try? issuer.check(text, as: type, at: now)) != nil
            try require(isTaken, "the \(type) token made of it is refused")
        }
    }

    private static func requireHeaderOfOurs(_ text: [UInt8]) throws {
        guard case .object(let header)? = try? JSONReader.read(text) else {
            throw Violation(description: "accepted with a header that is no object")
        }
        try require(header["alg"] == .string("HS256"), "accepted with another algorithm")
        for name in ["crit", "b64", "zip", "enc"] {
            try require(header[name] == nil, "accepted with \(name) in its header")
        }
    }
}
