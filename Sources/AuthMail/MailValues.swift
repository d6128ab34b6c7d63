/// What a template may show; docs/mail.md lists the names.
struct MailValues: Hashable, Sendable {
    var serviceName: String
    var username: String
    var recipient: String
    var link: String
    var validFor: String

    /// The values under the names that templates use.
    var variables: [String: String] {
        [
            "service_name": serviceName, "username": username, "recipient": recipient,
            "link": link, "valid_for": validFor,
        ]
    }

    /// What templates are tried out with at start; the link has a character that HTML escapes.
    static let sample = MailValues(
        serviceName: "Service", username: "ada", recipient: "ada@example.org",
        link: "https://example.org/path/?token=sample&more=1", validFor: "3 days")

    /// Says how long a link is good, in whole units, never more than it is.
    ///
    /// One hundredth of the time, at most five minutes, may already be over: a mail that is sent
    /// a moment after its token was made says "3 days" and not "2 days".
    ///
    /// - Parameter seconds: How long it still is.
    static func duration(_ seconds: Int64) -> String {
        let lenient = seconds + min(seconds / 100 + 1, 300)
        let (days, hours, minutes) = (lenient / 86_400, lenient / 3600, max(1, lenient / 60))
        if days >= 2 { return "\(days) days" }
        if hours >= 2 { return "\(hours) hours" }
        if minutes == 60 { return "1 hour" }
        return minutes == 1 ? "1 minute" : "\(minutes) minutes"
    }
}
