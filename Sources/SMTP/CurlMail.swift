private import CCurl

/// The lists and the tree of parts that libcurl reads one mail from.
@unsafe final class CurlMail {
    private(set) var headers: UnsafeMutableRawPointer?
    private(set) var recipients: UnsafeMutableRawPointer?
    let parts: UnsafeMutableRawPointer?

    /// - Parameter handle: The libcurl handle that will send it.
    init(_ message: MailMessage, handle: UnsafeMutableRawPointer) {
        guard let multipart = unsafe curl_mime_init(handle) else {
            preconditionFailure("a MIME tree can be made unless memory is out")
        }
        unsafe parts = UnsafeMutableRawPointer(multipart)
        // The last part is the preferred one (RFC 2046 §5.1.4).
        unsafe Self.add(message.text, type: "text/plain; charset=utf-8", to: multipart)
        unsafe Self.add(message.html, type: "text/html; charset=utf-8", to: multipart)
        for line in message.headerLines + ["Content-Type: multipart/alternative"] {
            unsafe headers = Self.append(line, to: headers)
        }
        unsafe recipients = Self.append("<\(message.recipient.ascii)>", to: nil)
    }

    deinit {
        unsafe curl_mime_free(OpaquePointer(parts))
        unsafe curl_slist_free_all(headers?.assumingMemoryBound(to: curl_slist.self))
        unsafe curl_slist_free_all(recipients?.assumingMemoryBound(to: curl_slist.self))
    }

    private static func add(_ body: String, type: String, to multipart: OpaquePointer) {
        let part = unsafe curl_mime_addpart(multipart)
        let fits = unsafe BodyText.withLineEndsOfMail(body).withUnsafeBytes { bytes in
            let characters = unsafe bytes.bindMemory(to: CChar.self)
            return unsafe curl_mime_data(part, characters.baseAddress, bytes.count) == CURLE_OK
        }
        // Short lines and plain ASCII whatever the template holds (RFC 2045 §6.7).
        let isComplete =
            unsafe fits && curl_mime_type(part, type) == CURLE_OK
            && curl_mime_encoder(part, "quoted-printable") == CURLE_OK
        precondition(isComplete, "a MIME part can be filled unless memory is out")
    }

    private static func append(
        _ line: String, to list: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer {
        let list = unsafe curl_slist_append(list?.assumingMemoryBound(to: curl_slist.self), line)
        guard let list = unsafe list else {
            preconditionFailure("a list can grow unless memory is out")
        }
        return UnsafeMutableRawPointer(list)
    }
}
