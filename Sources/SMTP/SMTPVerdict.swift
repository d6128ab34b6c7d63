extension SMTPError {
    /// Judges a transfer that failed.
    ///
    /// - Parameters:
    ///   - stage: What had been asked last.
    ///   - reply: The last reply in that stage.
    ///   - cause: What libcurl says, used where no reply refused anything.
    init(stage: SMTPStage, reply: SMTPReply?, cause: SMTPFailure.Cause) {
        guard let reply, reply.code >= 400 else {
            let failure = SMTPFailure(stage: stage, cause: cause, reply: nil)
            switch stage {
            case .content: self = .outcomeUnknown(failure)
            case .recipient, .data: self = .transient(failure)
            case .connect, .greeting, .encryption, .login, .sender: self = .unavailable(failure)
            }
            return
        }
        let failure = SMTPFailure(stage: stage, cause: .refused, reply: reply)
        switch stage {
        case .recipient, .data, .content:
            // 421: the server is going away and took nothing (RFC 5321 §3.8).
            self =
                reply.code == 421
                ? .unavailable(failure)
                : reply.code >= 500 ? .permanent(failure) : .transient(failure)
        case .connect, .greeting, .encryption, .login, .sender:
            // Also 5xx: a wrong password or a refused sender would else cost every mail.
            self = .unavailable(failure)
        }
    }
}
