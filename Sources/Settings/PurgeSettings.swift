/// `purge`: what `gatereeve purge` removes, and how gently.
public enum PurgeKeys {
    /// See the meaning of each.
    public static let mailDays = Setting.integer(
        "purge.mail_days", 1...3650, unit: "days", standard: 14,
        "How long mails are kept after they were sent or given up.")
    /// See the meaning of each.
    public static let auditDays = Setting.integer(
        "purge.audit_days", 0...36500, unit: "days", standard: 365,
        "How long the audit trail is kept. 0: for ever.")
    /// See the meaning of each.
    public static let unverifiedDays = Setting.integer(
        "purge.unverified_days", 0...3650, unit: "days", standard: 0,
        "How long an account is kept that registered and never opened the link of its mail. 0: for "
            + "ever. Otherwise `gatereeve-worker` needs one more right, see "
            + "[administration.md](administration.md#purge).")
    /// See the meaning of each.
    public static let batchSize = Setting.integer(
        "purge.batch_size", 1...10000, unit: "rows", standard: 1000,
        "The most rows that one transaction removes when the purge is in a hurry; else it is at "
            + "most 5.")

    static let all = [
        mailDays.definition, auditDays.definition, unverifiedDays.definition, batchSize.definition,
    ]
}
