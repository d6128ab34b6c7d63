import Auth
import SMTP

/// What to do with a mail before anything is sent.
enum MailReadiness: Hashable, Sendable {
    case send
    case expire(reason: String)
}

/// What to do with a mail after an attempt failed.
enum RetryDecision: Hashable, Sendable {
    case retry(at: Int64, counted: Bool)
    case abandon
}

/// The rules of the mailer: pure functions of the mail, the failure and the time.
struct RetryRules: Hashable, Sendable {
    let settings: DrainSettings

    /// Judges a leased mail.
    ///
    /// - Parameter now: Seconds since 1970-01-01T00:00:00Z; a mail is of no use from `expiresAt` on.
    func readiness(of mail: OutboxMail, now: Int64) -> MailReadiness {
        if now >= mail.expiresAt { return .expire(reason: "its time was over") }
        if !mail.tokenIsValid { return .expire(reason: "its link was void") }
        return .send
    }

    /// Judges a failed attempt.
    ///
    /// - Parameters:
    ///   - attempts: How often sending was begun, this attempt included.
    ///   - now: The time of the failure.
    ///   - expiresAt: When the mail is of no use any more.
    ///   - isExposed: Whether the server refused this mail before, and took another one since.
    ///   - jitter: Chance, from -1 to 1.
    func decision(
        after error: SMTPError, attempts: Int, now: Int64, expiresAt: Int64 = .max,
        isExposed: Bool = false, jitter: Double
    ) -> RetryDecision {
        switch error {
        case .permanent:
            guard !isExposed, mayConcernAll(error), attempts < settings.maximumRefusals
            else { return .abandon }
            return countedRetry(
                after: attempts, first: settings.firstRetryDelay,
                longest: settings.longestRetryDelay, now: now, jitter: jitter)
        case .unavailable:
            let delay = Self.delay(
                after: attempts, first: settings.firstRetryDelay,
                longest: settings.longestOutageDelay, jitter: jitter)
            return .retry(at: now + delay, counted: false)
        case .transient:
            return countedRetry(
                after: attempts, first: settings.firstRetryDelay,
                longest: settings.longestRetryDelay, now: now, jitter: jitter)
        case .outcomeUnknown:
            let decision = countedRetry(
                after: attempts, first: settings.doubtDelay,
                longest: attempts > 1 ? settings.longestDoubtDelay : settings.doubtDelay, now: now,
                jitter: jitter)
            guard case .retry(let due, let counted) = decision else { return decision }
            // While it is still of use: a duplicate is better than none.
            let last = max(expiresAt - settings.leaseDuration, now + settings.firstRetryDelay)
            return .retry(at: min(due, last), counted: counted)
        }
    }

    private func countedRetry(
        after attempts: Int, first: Int64, longest: Int64, now: Int64, jitter: Double
    ) -> RetryDecision {
        guard attempts < settings.maximumAttempts else { return .abandon }
        let delay = Self.delay(after: attempts, first: first, longest: longest, jitter: jitter)
        return .retry(at: now + delay, counted: true)
    }

    /// Whether it is a refusal for good that says nothing of the recipient: a server that is out of order
    /// refuses all mails so, and is mended.
    func mayConcernAll(_ error: SMTPError) -> Bool {
        guard case .permanent(let failure) = error else { return false }
        return failure.reply?.isAboutRecipient != true
    }

    /// Whether the mails after this one are better left alone for a while.
    ///
    /// A refusal concerns one mail; a broken connection or a time limit is likely to meet the next
    /// mail, too.
    func pausesSending(after error: SMTPError) -> Bool {
        switch error {
        case .unavailable, .outcomeUnknown: true
        case .transient(let failure): failure.reply == nil
        case .permanent: false
        }
    }

    /// How long the mailer leaves the mail server alone, in seconds.
    ///
    /// - Parameter failures: How often in a row the server was found unwell, from 1.
    func outageDelay(failures: Int, jitter: Double) -> Int64 {
        Self.delay(
            after: failures, first: settings.firstOutageDelay,
            longest: settings.longestOutageDelay, jitter: jitter)
    }

    /// How long the mail server is not tested after an attempt that may have succeeded, in seconds.
    func doubtDelay(jitter: Double) -> Int64 {
        Self.delay(
            after: 1, first: settings.doubtDelay, longest: settings.doubtDelay, jitter: jitter)
    }

    /// Doubles from `first` with every try, a fifth more or less by chance, never above `longest`.
    static func delay(after tries: Int, first: Int64, longest: Int64, jitter: Double) -> Int64 {
        let doublings = min(max(tries - 1, 0), 20)
        let base = min(Double(first) * Double(1 << doublings), Double(longest))
        let chance = min(max(jitter, -1), 1) * 0.2
        return max(1, min(Int64((base * (1 + chance)).rounded()), longest))
    }
}
