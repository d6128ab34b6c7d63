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
    /// - Returns: Whether the link is good.
    public func open(
        _ token: String, isReadOnly: Bool, store: some EmailVerificationStore,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        guard let token = OneTimeToken(presented: token) else { return false }
        if isReadOnly {
            return try store.isVerificationTokenValid(digest: token.digest, at: context.now)
        }
        return try store.verifyEmail(digest: token.digest, context: context)
    }
}
