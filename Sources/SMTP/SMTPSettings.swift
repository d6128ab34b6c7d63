/// How to reach the mail server that takes our mails.
public struct SMTPSettings: Hashable, Sendable {
    /// When the connection is encrypted.
    public enum Security: Hashable, Sendable {
        /// Never. For a server on the same machine, or where an administrator insists.
        case none
        /// From the STARTTLS command on (RFC 3207); a server without it is refused.
        case startTLS
        /// From the first byte on (RFC 8314 §3).
        case implicitTLS
    }

    /// Name or address of the server; an IPv6 address without brackets.
    public var host: String
    /// TCP port, 1 to 65535.
    public var port: UInt16
    /// When the connection is encrypted.
    public var security: Security
    /// How to log in, or `nil` when the server takes mail without it.
    public var credentials: SMTPCredentials?
    /// PEM file with the authorities that may have signed the server's certificate, or `nil` for
    /// those of the system.
    public var certificateAuthorities: String?
    /// Longest time until the server is ready to take a mail, in milliseconds.
    ///
    /// Default 10,000.
    public var connectTimeout: Int = 10_000
    /// Longest time for one mail, connecting included, in milliseconds.
    ///
    /// Default 30,000.
    public var totalTimeout: Int = 30_000
    /// The name we give in EHLO (RFC 5321 §4.1.1.1), or `nil` for the name of this machine.
    public var localName: String?

    /// Names a server; what is not said here has its default.
    public init(
        host: String, port: UInt16, security: Security, credentials: SMTPCredentials? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
    }
}

/// What we log in to the mail server with; nothing prints it.
public struct SMTPCredentials: Hashable, Sendable {
    let user: String
    let password: String

    /// Keeps a name and its password together.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

extension SMTPCredentials: CustomStringConvertible, CustomDebugStringConvertible {
    /// A text without the secret.
    public var description: String { "SMTPCredentials(hidden)" }
    /// A text without the secret.
    public var debugDescription: String { description }
}

extension SMTPCredentials: CustomReflectable {
    /// Nothing: a dump must not show the password.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
