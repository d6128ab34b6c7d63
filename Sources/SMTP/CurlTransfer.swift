private import CCurl

/// One libcurl handle with its connection, and the conversation it is in.
///
/// libcurl keeps the address of the conversation; both end together.
@safe final class CurlTransfer {
    private let handle: UnsafeMutableRawPointer
    private let conversation = SMTPConversation()
    /// The longest wait for one reply, in whole seconds.
    private let replyTimeout: Int

    /// Prepares a connection; nothing is sent yet.
    init(_ settings: SMTPSettings) {
        precondition(Self.library, "libcurl starts unless memory is out")
        guard let handle = unsafe curl_easy_init() else {
            preconditionFailure("a libcurl handle can be made unless memory is out")
        }
        unsafe self.handle = handle
        replyTimeout = max(1, (settings.totalTimeout + 999) / 1000)
        configure(settings)
    }

    deinit { unsafe curl_easy_cleanup(handle) }

    private static let library = gatereeve_curl_global_init() == CURLE_OK

    /// Sends one mail.
    ///
    /// - Parameter onNewConnection: Leaves the kept connection alone.
    func perform(_ message: MailMessage, onNewConnection: Bool = false) throws(SMTPError) {
        let form = unsafe CurlMail(message, handle: handle)
        conversation.begin()
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, replyTimeout)
        set(CURLOPT_FRESH_CONNECT, onNewConnection ? 1 : 0)
        set(CURLOPT_MAIL_FROM, "<\(message.sender.ascii)>")
        unsafe set(CURLOPT_MAIL_RCPT, form.recipients)
        unsafe set(CURLOPT_HTTPHEADER, form.headers)
        unsafe set(CURLOPT_MIMEPOST, form.parts)
        let code = unsafe withExtendedLifetime(form) { unsafe curl_easy_perform(handle) }
        unsafe set(CURLOPT_MIMEPOST, nil)
        unsafe set(CURLOPT_HTTPHEADER, nil)
        unsafe set(CURLOPT_MAIL_RCPT, nil)
        guard code != CURLE_OK else { return }
        throw SMTPError(
            stage: conversation.stage, reply: conversation.reply, cause: .init(code))
    }

    /// Connects, encrypts and logs in, and says NOOP.
    func greet() throws(SMTPError) {
        conversation.begin()
        set(CURLOPT_CUSTOMREQUEST, "NOOP")
        set(CURLOPT_NOBODY, 1)
        set(CURLOPT_FORBID_REUSE, 1)
        let code = unsafe curl_easy_perform(handle)
        guard code != CURLE_OK else { return }
        throw SMTPError(
            stage: conversation.stage, reply: conversation.reply, cause: .init(code))
    }

    /// Whether the last mail went over a connection that an earlier one had opened.
    var reusedConnection: Bool {
        var count = 1
        _ = unsafe gatereeve_curl_get_long(handle, CURLINFO_NUM_CONNECTS, &count)
        return count == 0
    }

    /// Ends the kept connection with QUIT.
    ///
    /// Left to its end, libcurl says QUIT, too, and waits two minutes for the reply of a server
    /// that hangs. So another command is sent, as the last one of its connection.
    func close() {
        conversation.begin()
        set(CURLOPT_CUSTOMREQUEST, "NOOP")
        set(CURLOPT_NOBODY, 1)
        set(CURLOPT_FORBID_REUSE, 1)
        set(CURLOPT_TIMEOUT_MS, 1000)
        _ = unsafe curl_easy_perform(handle)
    }

    private func configure(_ settings: SMTPSettings) {
        let scheme = settings.security == .implicitTLS ? "smtps" : "smtp"
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let name = settings.localName.map { "/\($0)" } ?? ""
        set(CURLOPT_URL, "\(scheme)://\(host):\(settings.port)\(name)")
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_NOSIGNAL, 1)
        // An http_proxy variable of the environment must not redirect mail.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout)
        set(CURLOPT_TIMEOUT_MS, settings.totalTimeout)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        let demand = settings.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        set(CURLOPT_USE_SSL, Int(demand.rawValue))
        if let file = settings.certificateAuthorities {
            set(CURLOPT_CAINFO, file)
            unsafe set(CURLOPT_CAPATH, nil)
        }
        // A setting made by hand may have missed the check of the URL.
        if let credentials = settings.credentials, settings.mayCarryPassword {
            set(CURLOPT_USERNAME, credentials.user)
            set(CURLOPT_PASSWORD, credentials.password)
        }
        readAlong()
    }

    private func readAlong() {
        let context = unsafe Unmanaged.passUnretained(conversation).toOpaque()
        _ = unsafe gatereeve_curl_set_debug(
            handle,
            { handle, kind, bytes, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let conversation = unsafe Unmanaged<SMTPConversation>.fromOpaque(context)
                    .takeUnretainedValue()
                let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                    .bindMemory(to: UInt8.self)
                switch kind {
                case CURLINFO_HEADER_OUT: unsafe conversation.sent(line.span)
                case CURLINFO_HEADER_IN: unsafe conversation.received(line.span)
                default: break
                }
                if conversation.isOver {
                    // Nobody needs the reply to QUIT; the total time limit does not end it.
                    _ = unsafe gatereeve_curl_set_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1)
                }
                return 0
            }, context)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = unsafe gatereeve_curl_set_long(handle, option, value)
        precondition(code == CURLE_OK, "libcurl knows the option \(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: String) {
        let code = unsafe gatereeve_curl_set_string(handle, option, value)
        precondition(code == CURLE_OK, "libcurl knows the option \(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        let code = unsafe gatereeve_curl_set_pointer(handle, option, value)
        precondition(code == CURLE_OK, "libcurl knows the option \(option.rawValue)")
    }
}

extension SMTPFailure.Cause {
    /// Names a result code of libcurl (`libcurl-errors(3)`).
    fileprivate init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .nameNotFound
        case CURLE_COULDNT_CONNECT: self = .notReached
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY:
            self = .dropped
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self = .notTrusted
        case CURLE_LOGIN_DENIED: self = .refused
        default: self = .other
        }
    }
}
