/// A mail with a text and an HTML part, checked so that it can be written down.
public struct MailMessage: Hashable, Sendable {
    /// Who sends it: the envelope sender, and the address in `From`.
    public let sender: MailAddress
    /// The name that people see in `From`, or empty.
    public let senderName: String
    /// The one recipient.
    public let recipient: MailAddress
    /// The subject, any Unicode text in one line.
    public let subject: String
    /// The part for plain text readers.
    public let text: String
    /// The part for HTML readers; the same message.
    public let html: String
    /// The Message-ID without its angle brackets.
    public let messageID: String
    /// The moment in the `Date` header, in seconds since 1970-01-01T00:00:00Z.
    public let date: Int64
    /// Further headers, for example `Auto-Submitted`; their values are ASCII.
    public let extraHeaders: [Header]

    /// One further header.
    public struct Header: Hashable, Sendable {
        /// For example `Auto-Submitted`.
        public let name: String
        /// One line.
        public let value: String

        /// Names a header.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Checks the parts of a mail and puts them together.
    ///
    /// - Throws: The first ``MailFault``: nothing is repaired, a mail with a line break in its
    ///   subject is not sent at all.
    public init(
        sender: MailAddress, senderName: String, recipient: MailAddress, subject: String,
        text: String, html: String, messageID: String, date: Int64, extraHeaders: [Header] = []
    ) throws(MailFault) {
        for (header, value) in [("From", senderName), ("Subject", subject)]
        where HeaderText.hasControlCharacter(value) {
            throw .controlCharacter(header: header)
        }
        for header in extraHeaders {
            guard Self.mayBeAdded(header.name) else { throw .headerName }
            guard header.value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                throw .controlCharacter(header: header.name)
            }
        }
        guard Self.isMessageID(messageID) else { throw .messageID }
        guard !text.utf8.contains(0), !html.utf8.contains(0) else { throw .bodyCharacter }
        self.sender = sender
        self.senderName = senderName
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.messageID = messageID
        self.date = max(0, date)
        self.extraHeaders = extraHeaders
    }

    private static let ownHeaders: Set<String> = [
        "from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version",
        "content-type", "content-transfer-encoding", "content-disposition",
    ]

    private static func mayBeAdded(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x3a }
            && !ownHeaders.contains(name.lowercased())
    }

    private static func isMessageID(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 250
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                            || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x2e
                    }
            }
    }
}

extension MailMessage {
    /// The header lines above the parts, each folded where needed, without the last CR LF.
    var headerLines: [String] {
        var lines = [
            "Date: \(MailDate.text(date))",
            "From: \(fromValue)",
            "To: <\(recipient.ascii)>",
            "Subject: \(HeaderText.unstructured(subject, column: 9))",
            "Message-ID: <\(messageID)>",
        ]
        for header in extraHeaders {
            let value = HeaderText.unstructured(header.value, column: header.name.utf8.count + 2)
            lines.append("\(header.name): \(value)")
        }
        return lines
    }

    private var fromValue: String {
        guard !senderName.isEmpty else { return "<\(sender.ascii)>" }
        let name = HeaderText.phrase(senderName, column: 6)
        let lastLine = name.split(separator: "\r\n").last?.utf8.count ?? 0
        let isLong = 6 + lastLine + sender.ascii.utf8.count + 3 > HeaderText.lineLimit
        return "\(name)\(isLong ? "\r\n" : "") <\(sender.ascii)>"
    }
}
