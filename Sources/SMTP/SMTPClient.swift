/// Hands mails to one mail server, one after another.
///
/// It belongs to one thread. The connection is kept between mails until ``disconnect()``.
public final class SMTPClient {
    private let settings: SMTPSettings
    private var transfer: CurlTransfer?
    /// Whether a mail went out over a connection that is still kept.
    private var isConnected = false

    /// Makes a client; it connects with the first mail.
    public init(_ settings: SMTPSettings) {
        self.settings = settings
    }

    /// Hands over one mail; a return means that the server has taken responsibility for it.
    ///
    /// It lasts at most ``SMTPSettings/totalTimeout``; twice that when a kept connection turns
    /// out to be dead.
    ///
    /// - Throws: ``SMTPError``, which tells whether another try makes sense.
    public func send(_ message: MailMessage) throws(SMTPError) {
        let transfer = self.transfer ?? CurlTransfer(settings)
        self.transfer = transfer
        do {
            isConnected = false
            try transfer.perform(message)
        } catch {
            // Servers close idle connections without a word; that is not a failure of this mail.
            guard transfer.reusedConnection, error.isLossOfIdleConnection else { throw error }
            try transfer.perform(message, onNewConnection: true)
        }
        isConnected = true
    }

    /// Looks whether the server takes mail from us: connects, encrypts and logs in as for a mail, and
    /// sends none.
    ///
    /// - Throws: ``SMTPError``, which tells how far it came.
    public func greet() throws(SMTPError) {
        try CurlTransfer(settings).greet()
    }

    /// Ends the kept connection politely, with QUIT; lasts at most two seconds.
    public func disconnect() {
        if isConnected { transfer?.close() }
        isConnected = false
        transfer = nil
    }
}

extension SMTPError {
    /// Whether the connection ended before the server had accepted anything of a mail.
    fileprivate var isLossOfIdleConnection: Bool {
        guard case .unavailable(let failure) = self else { return false }
        let isClosing = failure.cause == .dropped || failure.reply?.code == 421
        return isClosing && (failure.stage == .connect || failure.stage == .sender)
    }
}
