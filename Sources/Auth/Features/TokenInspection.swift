import Cryptography
public import JSON

/// Tells an administrator all about a token, without the token itself.
public struct TokenInspection: Sendable {
    /// A configured key, with the signer that has it alone.
    public struct NamedSigner: Sendable {
        /// What the key is called in the settings.
        public let name: String
        /// Checks with this key alone.
        public let signer: TokenSigner

        /// Joins a name and a signer.
        public init(name: String, signer: TokenSigner) {
            self.name = name
            self.signer = signer
        }
    }

    private let signers: [NamedSigner]
    private let settings: TokenSettings

    /// - Parameters:
    ///   - signers: One for each configured key.
    ///   - settings: What the claims are judged by.
    public init(signers: [NamedSigner], settings: TokenSettings) {
        self.signers = signers
        self.settings = settings
    }

    /// How a token stands.
    public enum Verdict: Hashable, Sendable {
        /// It would be taken.
        case good
        /// No configured key has signed it, or not with the configured algorithm.
        case notSigned
        /// It would be refused by itself.
        case token(TokenFault)
        /// It would be refused for what the database says.
        case refused(RefreshRefusal)
    }

    /// What there is to know.
    public struct Report: Sendable {
        /// The header; what it says proves nothing.
        public let header: JSONObject
        /// The claims; what they say proves nothing unless a key fits.
        public let claims: JSONObject
        /// The key that signed it, by its name in the settings; nil when none did.
        public let key: String?
        /// How it stands.
        public let verdict: Verdict
    }

    /// Looks at a token; nil when the text is no JSON Web Token in compact form.
    ///
    /// - Parameter store: What knows the ended tokens and the users.
    public func inspect(
        _ text: String, store: some TokenRefreshStore, at now: Instant
    ) throws(StoreError) -> Report? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= TokenSigner.lengthLimit, parts.count == 3,
            let header = Self.object(parts[0]), let claims = Self.object(parts[1])
        else { return nil }
        let key = signers.first { (try? $0.signer.verify(text)) != nil }?.name
        return Report(
            header: header, claims: claims, key: key,
            verdict: key == nil ? .notSigned : try judge(claims, store: store, at: now))
    }

    private func judge(
        _ claims: JSONObject, store: some TokenRefreshStore, at now: Instant
    ) throws(StoreError) -> Verdict {
        let type: TokenType = claims["token_type"] == .string("access") ? .access : .refresh
        let token: TokenClaims
        do {
            token = try TokenClaims(judging: claims, as: type, at: now, settings: settings)
        } catch {
            return .token(error)
        }
        let user: UserID? = if case .user(let user) = token.subject { user } else { nil }
        let facts = try store.refreshFacts(user: user, token: token.id)
        switch type {
        case .refresh:
            do {
                _ = try judgeRefresh(of: token, facts: facts)
            } catch {
                return .refused(error)
            }
        case .access:
            // Nobody can withdraw an access token, but one of an inactive user is refused here.
            guard let user = facts.user else { return .refused(.noSuchUser) }
            guard user.isActive else { return .refused(.inactiveUser) }
        }
        return .good
    }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(Array(part.utf8)),
            case .object(let object) = try? JSONReader.read(bytes)
        else { return nil }
        return object
    }
}
