/// Why a mail cannot be written down, whatever server takes it.
public enum MailFault: Error, Hashable, Sendable {
    /// The address is not `local@domain`, or a part is empty or too long.
    case addressShape
    /// The address holds a character that we do not send to: a control character, a space, a
    /// quote, or a local part that is not ASCII.
    case addressCharacter
    /// The domain has no form in ASCII (IDNA 2008, RFC 5891).
    case addressDomain
    /// A header holds CR, LF, NUL or another control character.
    case controlCharacter(header: String)
    /// The name of an extra header is empty, not made of RFC 5322 §2.2 characters, or is one that
    /// this module writes itself.
    case headerName
    /// The Message-ID is not of the form `left@right` (RFC 5322 §3.6.4).
    case messageID
    /// The body holds NUL (RFC 5322 §3.5 leaves it out).
    case bodyCharacter
}

extension MailFault: CustomStringConvertible {
    /// What is wrong; nothing of the mail itself.
    public var description: String {
        switch self {
        case .addressShape:
            "the address must be name@domain, with at most 64 characters before the @"
        case .addressCharacter: "the address has a character that we do not send to"
        case .addressDomain: "the domain of the address is not valid"
        case .controlCharacter(let header):
            "\(header) has a line break or another control character"
        case .headerName: "an extra header has a name that is not allowed"
        case .messageID: "the Message-ID must be left@right"
        case .bodyCharacter: "the body has U+0000"
        }
    }
}
