/// E-mail verification: the link of the mail makes the account active.
public struct EmailVerification: Sendable {
    /// Needs nothing but the store.
    public init() {}

    /// Opens the link.
    ///
    /// Opening it again finds it good again: scanners of mail open links before the person does.
    ///
    /// - Parameters:
    ///   - token: The text of the link.
    ///   - isReadOnly: Whether to tell without doing, as for a `HEAD` request.
    /// - Returns: Whose address it is; nil when the link is not good.
    public func open(
        _ token: String, isReadOnly: Bool, store: some EmailVerificationStore,
        context: RequestContext
    ) throws(StoreError) -> UserID? {
        guard let token = OneTimeToken(presented: token) else { return nil }
        if isReadOnly {
            return try store.verificationUser(digest: token.digest, at: context.now)
        }
        return try store.verifyEmail(digest: token.digest, context: context)
    }
}
