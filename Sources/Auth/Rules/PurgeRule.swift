/// What may be removed: everything from before these moments.
public struct PurgeRule: Hashable, Sendable {
    /// Ended refresh tokens and one-time tokens that expired up to here.
    public let tokensExpiredUntil: Instant
    /// Mails that left the queue up to here.
    public let mailsFinishedUntil: Instant
    /// Audit events up to here; nil to keep all.
    public let auditUntil: Instant?
    /// Attempts, which are a part of the trail, up to here; nil to keep all.
    public let attemptsUntil: Instant?
    /// Never verified accounts that registered up to here; nil to keep all.
    public let unverifiedUntil: Instant?

    /// How long an expired token is kept, in seconds.
    ///
    /// A responder whose clock is behind, or that allows some leeway, still takes the token for good.
    public static let tokenGrace: Int64 = 3600

    /// Counts back from a moment.
    ///
    /// - Parameters:
    ///   - mailDays: How long finished mails are kept.
    ///   - auditDays: How long audit events are kept; 0 for ever.
    ///   - unverifiedDays: How long never verified accounts are kept; 0 for ever.
    public init(at now: Instant, mailDays: Int, auditDays: Int, unverifiedDays: Int) {
        func before(days: Int) -> Instant { now.advanced(seconds: -86400 * Int64(days)) }
        tokensExpiredUntil = now.advanced(seconds: -Self.tokenGrace)
        mailsFinishedUntil = before(days: mailDays)
        auditUntil = auditDays == 0 ? nil : before(days: auditDays)
        // The throttle looks back at good logins, however short the trail is kept.
        attemptsUntil = auditUntil.map {
            min($0, now.advanced(seconds: -ThrottleLimits.knownNetworkLifetime))
        }
        unverifiedUntil = unverifiedDays == 0 ? nil : before(days: unverifiedDays)
    }
}
