/// Logins that failed within the window, as far as they count against one more.
public struct LoginFailures: Hashable, Sendable {
    /// How many of the account, from anywhere.
    public var ofAccount: Int
    /// The oldest of them.
    public var oldestOfAccount: Instant?
    /// How many from the network, of any account.
    public var ofNetwork: Int
    /// The oldest of them.
    public var oldestOfNetwork: Instant?
    /// Whether the account has been logged in to from the network within
    /// ``ThrottleLimits/knownNetworkLifetime``.
    public var isNetworkKnown: Bool

    /// Failures of their parts.
    public init(
        ofAccount: Int, oldestOfAccount: Instant?, ofNetwork: Int, oldestOfNetwork: Instant?,
        isNetworkKnown: Bool
    ) {
        self.ofAccount = ofAccount
        self.oldestOfAccount = oldestOfAccount
        self.ofNetwork = ofNetwork
        self.oldestOfNetwork = oldestOfNetwork
        self.isNetworkKnown = isNetworkKnown
    }
}

extension ThrottleLimits {
    /// Whether one more login may be tried after those that failed.
    ///
    /// - Returns: Nil when it may.
    public func refusal(after failures: LoginFailures, at now: Instant) -> Throttled? {
        guard isEnabled else { return nil }
        let accountLimit =
            failures.isNetworkKnown ? Self.failuresFromKnownNetworks : loginFailuresPerAccount
        let ofAccount =
            failures.ofAccount >= accountLimit
            ? Throttled(oldest: failures.oldestOfAccount, now: now) : nil
        let ofNetwork =
            failures.ofNetwork >= loginFailuresPerNetwork && !failures.isNetworkKnown
            ? Throttled(oldest: failures.oldestOfNetwork, now: now) : nil
        // Both have to end before it may be tried again.
        return [ofAccount, ofNetwork].compactMap { $0 }.max { $0.retryAfter < $1.retryAfter }
    }
}
