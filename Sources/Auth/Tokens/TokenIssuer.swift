public import Cryptography
public import JSON

/// Issues and checks the tokens of this service, with the claims of SimpleJWT in its order.
public struct TokenIssuer: Sendable {
    /// Lifetimes, leeway and parties.
    public let settings: TokenSettings
    private let signer: TokenSigner

    /// - Parameters:
    ///   - settings: Lifetimes, leeway and parties.
    ///   - signer: Algorithm and keys.
    public init(settings: TokenSettings, signer: TokenSigner) {
        self.settings = settings
        self.signer = signer
    }

    /// The two tokens of a login.
    public struct Pair: Sendable {
        /// The refresh token.
        public let refresh: String
        /// The access token.
        public let access: String
    }

    /// Issues the tokens of a login.
    ///
    /// - Parameters:
    ///   - user: Who logged in.
    ///   - generation: The session generation of the user.
    ///   - accessClaims: Declared fields of the user that go into the access token.
    ///   - now: The time of the request.
    ///   - random: Where token ids come from.
    public func issuePair(
        for user: UserID, generation: UInt32, accessClaims: [JSONObject.Member], at now: Instant,
        from random: some RandomSource
    ) -> Pair {
        let subject = JSONObject.Member("user_id", .string(String(user.rawValue)))
        return Pair(
            refresh: issue(.refresh, [subject], generation, at: now, from: random),
            access: issue(.access, [subject] + accessClaims, generation, at: now, from: random))
    }

    /// Issues an access token from a refresh token.
    ///
    /// Every claim is copied but those that make a token what it is, so that claims which another
    /// system wrote survive; declared fields of the user take their present value.
    public func issueAccess(
        from refresh: TokenClaims, generation: UInt32, accessClaims: [JSONObject.Member],
        at now: Instant, from random: some RandomSource
    ) -> String {
        var copied = JSONObject(TokenIssuer.copiedClaims(of: refresh))
        for claim in accessClaims { copied[claim.name] = claim.value }
        return issue(.access, copied.members, generation, at: now, from: random)
    }

    /// Chooses name and times of a refresh token that will take the place of another.
    public func makeSuccessor(
        generation: UInt32, at now: Instant, from random: some RandomSource
    ) -> TokenSuccessor {
        TokenSuccessor(
            id: TokenID.make(at: now, generation: generation, from: random), issued: now,
            expires: Instant(unixSeconds: now.unixSeconds + settings.refreshLifetime))
    }

    /// Issues the refresh token that takes the place of another: the same for the same successor.
    public func issueSuccessor(_ successor: TokenSuccessor, of refresh: TokenClaims) -> String {
        write(
            .refresh, TokenIssuer.copiedClaims(of: refresh), id: successor.id,
            issued: successor.issued.unixSeconds, expires: successor.expires.unixSeconds)
    }

    /// Checks a token in every respect that needs no database.
    public func check(
        _ text: String, as type: TokenType, at now: Instant
    ) throws(TokenFault) -> TokenClaims {
        try TokenClaims(judging: try signer.verify(text), as: type, at: now, settings: settings)
    }

    private static func copiedClaims(of claims: TokenClaims) -> [JSONObject.Member] {
        claims.all.members.filter { member in
            switch member.name {
            case "token_type", "exp", "iat", "jti", "iss", "aud": false
            default: true
            }
        }
    }

    private func issue(
        _ type: TokenType, _ claims: [JSONObject.Member], _ generation: UInt32, at now: Instant,
        from random: some RandomSource
    ) -> String {
        let lifetime =
            switch type {
            case .access: settings.accessLifetime
            case .refresh: settings.refreshLifetime
            }
        return write(
            type, claims, id: TokenID.make(at: now, generation: generation, from: random),
            issued: now.unixSeconds, expires: now.unixSeconds + lifetime)
    }

    /// - Parameters:
    ///   - issued: In seconds since 1970.
    ///   - expires: In seconds since 1970.
    private func write(
        _ type: TokenType, _ claims: [JSONObject.Member], id: TokenID, issued: Int64, expires: Int64
    ) -> String {
        var writer = JSONWriter(capacity: 320)
        switch type {
        case .access: writer.append(raw: #"{"token_type":"access","exp":"#)
        case .refresh: writer.append(raw: #"{"token_type":"refresh","exp":"#)
        }
        writer.append(integer: expires)
        writer.append(raw: #","iat":"#)
        writer.append(integer: issued)
        writer.append(raw: #","jti":"#)
        writer.append(string: id.text)
        for claim in claims {
            writer.append(raw: ",")
            writer.append(string: claim.name)
            writer.append(raw: ":")
            writer.append(claim.value)
        }
        if let audience = settings.audience {
            writer.append(raw: #","aud":"#)
            writer.append(string: audience)
        }
        if let issuer = settings.issuer {
            writer.append(raw: #","iss":"#)
            writer.append(string: issuer)
        }
        writer.append(raw: "}")
        return signer.sign(writer.bytes)
    }
}
