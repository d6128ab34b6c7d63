/// How much may be tried in an hour.
///
/// Every window slides, so nothing is locked for ever. Strangers cannot lock an account for a network
/// from which its owner has logged in lately, nor those in that network for a device that proves an
/// earlier login: they use up their own part of the count.
public struct ThrottleLimits: Sendable {
    /// The length of every window, in seconds.
    public static let window: Int64 = 3600
    /// How long a good login makes a network known, in seconds.
    public static let knownNetworkLifetime: Int64 = 30 * 86400
    /// Failed logins of one account in an hour for networks that are known; more than any setting
    /// for the others allows.
    public static let failuresFromKnownNetworks = 90

    /// Whether anything is limited.
    public var isEnabled = true
    /// Failed logins of one account in an hour.
    ///
    /// Default 50, range 1 to 80.
    public var loginFailuresPerAccount = 50
    /// Whether networks are known at all.
    ///
    /// Default true. Not where devices are: in a network that an account knows, it is answered otherwise than
    /// others when limits are reached.
    public private(set) var knowsNetworks = true
    /// Failed logins from one network in an hour.
    ///
    /// Default 200.
    public var loginFailuresPerNetwork = 200
    /// Password-reset mails to one account in an hour.
    ///
    /// Default 5.
    public var resetMailsPerAccount = 5
    /// Password-reset requests from one network in an hour that lead to a mail.
    ///
    /// Default 50.
    public var resetMailsPerNetwork = 50
    /// Registrations from one network in an hour.
    ///
    /// Default 100.
    public var registrationsPerNetwork = 100

    /// The defaults.
    public init() {}

    /// The same where devices are known.
    var withoutKnownNetworks: Self {
        var limits = self
        limits.knowsNetworks = false
        return limits
    }

    /// The limits for a device that proves an earlier login to the account, wherever it is.
    ///
    /// The 100 failures that NIST SP 800-63B-4 §3.2.2 sets: some are left when all others have used up
    /// what they have.
    var forKnownDevice: Self {
        var limits = self
        limits.loginFailuresPerAccount = 100
        limits.loginFailuresPerNetwork = .max
        return limits
    }
}

/// Too much was tried.
public struct Throttled: Error, Hashable, Sendable {
    /// When it may be tried again, in seconds from now, at least 1.
    public let retryAfter: Int64

    /// - Parameter retryAfter: In seconds.
    public init(retryAfter: Int64) {
        self.retryAfter = retryAfter
    }

    /// - Parameter oldest: The oldest attempt that counts; nil when it is not known.
    public init(oldest: Instant?, now: Instant) {
        let free = oldest.map {
            $0.advanced(seconds: ThrottleLimits.window).unixMicroseconds - now.unixMicroseconds
        }
        // Rounded up: who waits as long as told must not come too early.
        let seconds = free.map { ($0 + 999_999) / 1_000_000 }
        retryAfter = max(1, min(seconds ?? 60, ThrottleLimits.window))
    }
}
