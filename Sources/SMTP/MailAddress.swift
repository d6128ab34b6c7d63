private import CCurl

/// An address that can stand in an envelope and in a header.
///
/// It takes the plain form only: a dot-atom as the local part (RFC 5322 §3.2.3), no quotes, no
/// address literal. Lengths are in octets (RFC 5321 §4.5.3.1: 64 for the local part, 254 in all).
public struct MailAddress: Hashable, Sendable {
    /// The address in ASCII: international labels of the domain as A-labels.
    public let ascii: String
    /// The domain in ASCII.
    public let domain: String

    /// Reads an address.
    ///
    /// - Throws: ``MailFault/addressShape``, ``MailFault/addressCharacter`` or
    ///   ``MailFault/addressDomain``.
    public init(_ text: String) throws(MailFault) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[0].utf8.count <= 64
        else { throw .addressShape }
        guard parts[0].utf8.allSatisfy(\.isAtomText) else { throw .addressCharacter }
        let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty }) else { throw .addressShape }
        domain = try Self.asciiDomain(String(parts[1]))
        ascii = "\(parts[0])@\(domain)"
        guard ascii.utf8.count <= 254 else { throw .addressShape }
    }

    private static func asciiDomain(_ text: String) throws(MailFault) -> String {
        let forbidden = text.unicodeScalars.contains { scalar in
            scalar.isASCII
                && !(scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || scalar == "-" || scalar == ".")
        }
        guard !forbidden else { throw .addressCharacter }
        // Label by label: IDNA refuses some beside it that are good where all are ASCII.
        var labels: [String] = []
        for label in text.split(separator: ".", omittingEmptySubsequences: false) {
            labels.append(
                label.utf8.allSatisfy { $0 < 0x80 } ? String(label) : try aLabel(of: label))
        }
        let fits = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(\.isLabelCharacter)
                && !label.hasPrefix("-") && !label.hasSuffix("-")
        }
        guard fits else { throw .addressDomain }
        return labels.joined(separator: ".")
    }

    private static func aLabel(of label: Substring) throws(MailFault) -> String {
        var host: UnsafeMutablePointer<CChar>?
        let code = unsafe gatereeve_curl_ascii_host("smtp://\(label)/", &host)
        guard code == CURLUE_OK, let text = unsafe host else { throw .addressDomain }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}

extension UInt8 {
    /// `atext` of RFC 5322 §3.2.3, and the dot between atoms.
    fileprivate var isAtomText: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-/=?^_`{|}~.".utf8.contains(self)
        }
    }

    fileprivate var isLabelCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: true
        default: false
        }
    }
}
