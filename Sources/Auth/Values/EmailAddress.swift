import TextForms

/// A mailbox address that this service is willing to send to.
///
/// It takes the plain form `local@domain` with an ASCII local part: no quoted local part, no address
/// literal. The domain may be international in its canonical form (IDNA 2008), and is compared by
/// its A-labels, so no case mapping can make two different addresses equal.
public struct EmailAddress: Hashable, Sendable {
    /// The most characters of an address (RFC 5321 §4.5.3.1.3: a path has 256 with its brackets).
    public static let lengthLimit = 254

    /// The address as the person wrote it with the domain in lower case, for sending mail.
    public let text: String
    /// The form that is compared: ASCII lower case, the domain as A-labels.
    public let key: String

    /// Takes an address; nil when it is none.
    ///
    /// - Parameter typed: The address as the person typed it, trimmed.
    public init?(_ typed: String) {
        guard let at = typed.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = typed[..<at]
        let domain = typed[typed.utf8.index(after: at)...]
        guard EmailAddress.isLocalPart(local.utf8),
            let domain = String(domain).canonicallyLowercased(),
            let asciiDomain = DomainName.asciiForm(of: domain)
        else { return nil }
        text = local + "@" + domain
        key = String(local).asciiLowercased() + "@" + asciiDomain
        guard text.unicodeScalars.count <= EmailAddress.lengthLimit,
            key.utf8.count <= EmailAddress.lengthLimit
        else { return nil }
    }

    /// Whether a text is a dot-atom of at most 64 octets (RFC 5322 §3.2.3, RFC 5321 §4.5.3.1.1).
    private static func isLocalPart(_ text: Substring.UTF8View) -> Bool {
        guard (1...64).contains(text.count), text.first != UInt8(ascii: "."),
            text.last != UInt8(ascii: ".")
        else { return false }
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: break
            case UInt8(ascii: "."):
                if previous == byte { return false }
            default:
                guard "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte) else { return false }
            }
            previous = byte
        }
        return true
    }
}

extension String {
    /// In lower case; nil when a capital letter is not the one capital of its small letter.
    ///
    /// The Kelvin sign would become `k`, and the Angstrom sign the letter of another capital: with
    /// such a mapping two different texts would be one address.
    fileprivate func canonicallyLowercased() -> String? {
        if utf8.allSatisfy({ $0 < 0x80 }) { return asciiLowercased() }
        var lowercased = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let small = scalar.properties.lowercaseMapping
            let isUnchanged = small.unicodeScalars.elementsEqual([scalar])
            guard isUnchanged || scalar.isASCII || small.isSmallLetter(of: scalar) else {
                return nil
            }
            lowercased.append(contentsOf: small.unicodeScalars)
        }
        return String(lowercased)
    }

    /// Whether this is one letter beyond ASCII whose capital is exactly the scalar.
    ///
    /// Scalars are compared: for `==` the two signs and their letters are the same text.
    private func isSmallLetter(of capital: Unicode.Scalar) -> Bool {
        guard unicodeScalars.count == 1, let small = unicodeScalars.first, !small.isASCII else {
            return false
        }
        return small.properties.uppercaseMapping.unicodeScalars.elementsEqual([capital])
    }

    /// With `A` to `Z` in lower case and every other character as it is.
    func asciiLowercased() -> String {
        String(
            decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
