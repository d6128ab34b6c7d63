import SMTP

@testable import Auth

extension FuzzTarget {
    /// E-mail addresses: one compared form, nothing that breaks out of a header, and mail goes to
    /// the domain that is compared.
    static let email = FuzzTarget("email", longest: 65536) { bytes in
        guard let address = EmailAddress(String(foreign: bytes)) else { return }
        let (text, key) = (address.text, address.key)
        try require(
            !text.unicodeScalars.contains { $0.value <= 0x20 || (0x7F...0x9F).contains($0.value) },
            "it has a control character or a blank")
        try require(!text.utf8.contains { "<>(),:;\\\"[]".utf8.contains($0) }, "it is no dot-atom")
        try require(text.utf8.count { $0 == UInt8(ascii: "@") } == 1, "it has not one @")
        try require(
            key.utf8.allSatisfy { (0x21...0x7E).contains($0) && !(0x41...0x5A).contains($0) },
            "the key is not lower-case ASCII")
        try require(key.utf8.count <= EmailAddress.lengthLimit, "the key is too long")
        guard let ofText = EmailAddress(text), let ofKey = EmailAddress(key) else {
            throw Violation(description: "its own spelling or key is refused")
        }
        try require(ofText.text.hasBytes(of: text), "its own spelling has another spelling")
        try require(ofText.key.hasBytes(of: key), "its own spelling has another key")
        try require(ofKey.key.hasBytes(of: key), "the key of the key is another")
        guard let mail = try? MailAddress(text) else {
            throw Violation(description: "no mail can be sent to it")
        }
        try require(
            key.hasSuffix("@" + mail.domain.lowercased()), "mail goes to \(mail.domain): \(key)")
    }

    /// User names: normal forms at rest, and the key of what is typed is the key of what is stored.
    static let username = FuzzTarget("username", longest: 65536) { bytes in
        let typed = String(foreign: bytes)
        func isTooLong(_ text: String) -> Bool { text.utf8.count > Username.longestTyped }
        guard let key = Username.key(of: typed) else {
            try require(isTooLong(typed), "a text has no key")
            return try require(Username(typed) == nil, "a name has no key")
        }
        try require(
            isTooLong(key) || Username.key(of: key)?.hasBytes(of: key) == true,
            "the key of the key is another")
        guard let name = Username(typed) else { return }
        try require(!key.isEmpty, "nothing of it shows")
        try require(name.key.hasBytes(of: key), "login looks for another key")
        try require((1...150).contains(name.text.unicodeScalars.count), "the length is wrong")
        guard let again = Username(name.text) else {
            throw Violation(description: "its own spelling is refused")
        }
        try require(again.text.hasBytes(of: name.text), "its own spelling has another spelling")
        try require(again.key.hasBytes(of: key), "its own spelling has another key")
        try require(
            !name.text.unicodeScalars.contains {
                $0.properties.isWhitespace || $0.properties.generalCategory == .control
                    || $0.properties.generalCategory == .format
            }, "it has a character that shows nothing")
    }
}
