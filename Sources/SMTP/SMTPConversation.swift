/// What was said so far between libcurl and the mail server, for one mail.
///
/// libcurl gives one number for a failed transfer. Whether a mail may be sent again depends on the
/// stage and the reply, so both are read along.
final class SMTPConversation {
    /// What was asked last.
    private(set) var stage: SMTPStage = .connect
    /// The last line of the last reply.
    private(set) var reply: SMTPReply?
    /// Whether QUIT went out: what comes after it says nothing about the mail.
    private(set) var isOver = false

    /// Forgets the mail before; on a connection that is used again there is no new greeting.
    func begin() {
        stage = .connect
        reply = nil
        isOver = false
    }

    /// Reads a command that goes out.
    ///
    /// Lines that belong to AUTH are secret and match nothing.
    func sent(_ line: Span<UInt8>) {
        switch Self.word(of: line) {
        case "EHLO", "HELO": stage = .greeting
        case "STARTTLS": stage = .encryption
        case "AUTH": stage = .login
        case "MAIL": stage = .sender
        case "RCPT": stage = .recipient
        case "DATA": stage = .data
        case "QUIT":
            isOver = true
            return
        default: return
        }
        reply = nil
    }

    /// Reads a line that came in; all but the last line of a reply have a `-` behind the code.
    func received(_ line: Span<UInt8>) {
        guard !isOver, line.count >= 3, line.count == 3 || line[3] != UInt8(ascii: "-"),
            let code = Self.number(in: line, from: 0, digits: 3...3),
            (200...599).contains(code.value)
        else { return }
        if stage == .connect { stage = .greeting }
        if stage == .data, code.value == 354 { stage = .content }
        reply = SMTPReply(code: code.value, enhanced: Self.enhancedCode(in: line))
    }

    private static func word(of line: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        for index in line.indices {
            let byte = line[index]
            guard (0x41...0x5a).contains(byte), bytes.count < 8 else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads `class.subject.detail` behind the reply code (RFC 3463 §2).
    private static func enhancedCode(in line: Span<UInt8>) -> String? {
        guard let first = number(in: line, from: 4, digits: 1...1),
            [2, 4, 5].contains(first.value),
            first.end < line.count, line[first.end] == UInt8(ascii: "."),
            let second = number(in: line, from: first.end + 1, digits: 1...3),
            second.end < line.count, line[second.end] == UInt8(ascii: "."),
            let third = number(in: line, from: second.end + 1, digits: 1...3)
        else { return nil }
        return "\(first.value).\(second.value).\(third.value)"
    }

    private static func number(
        in line: Span<UInt8>, from start: Int, digits: ClosedRange<Int>
    ) -> (value: Int, end: Int)? {
        var value = 0
        var index = start
        while index < line.count, index - start < digits.upperBound,
            (0x30...0x39).contains(line[index])
        {
            value = value * 10 + Int(line[index] - 0x30)
            index += 1
        }
        return index - start >= digits.lowerBound ? (value, index) : nil
    }
}
