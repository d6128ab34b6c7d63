@testable import SMTP

extension FuzzTarget {
    /// A conversation with a mail server: whatever it says, what is known of a mail follows from what was asked.
    ///
    /// A line that begins with `> ` goes out; all others come in.
    static let smtpReply = FuzzTarget("smtp-reply", longest: 16384) { bytes in
        let conversation = SMTPConversation()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let (stage, reply) = (conversation.stage, conversation.reply)
            let wasOver = conversation.isOver
            if line.starts(with: Array("> ".utf8)) {
                conversation.sent(Array(line.dropFirst(2)).span)
                try require(!wasOver || conversation.isOver, "a conversation goes on after its end")
                continue
            }
            conversation.received(Array(line).span)
            if wasOver {
                try require(conversation.reply == reply, "a reply after the end counts")
            }
            let isNext =
                stage == conversation.stage || stage == .connect && conversation.stage == .greeting
                || stage == .data && conversation.stage == .content
            try require(isNext, "a reply leads from \(stage) to \(conversation.stage)")
            guard let now = conversation.reply else { continue }
            try require((200...599).contains(now.code), "a code of \(now.code)")
            let parts = now.enhanced?.split(separator: ".", omittingEmptySubsequences: false) ?? []
            try require(
                parts.isEmpty || parts.count == 3 && parts.allSatisfy { Int($0) ?? 1000 < 1000 },
                "an enhanced code of \(parts.count) parts")
        }
    }
}
