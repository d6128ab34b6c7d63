import CFastCGI
import Glibc

/// The parameters that the head of a request is made of, found in one pass.
///
/// `FCGX_GetParam` goes through all of them for each name. The pointers live as long as the request.
@unsafe struct RequestParameters {
    private(set) var method: UnsafePointer<CChar>?
    private(set) var target: UnsafePointer<CChar>?
    private(set) var contentType: UnsafePointer<CChar>?
    private(set) var contentLength: UnsafePointer<CChar>?
    private(set) var accept: UnsafePointer<CChar>?
    private(set) var authorization: UnsafePointer<CChar>?
    private(set) var deviceCookie: UnsafePointer<CChar>?
    private(set) var remoteAddress: UnsafePointer<CChar>?
    private(set) var requestID: UnsafePointer<CChar>?

    /// - Parameter list: Texts of the form `NAME=value` up to a null pointer. Of several with the same
    ///   name the first one counts.
    init(_ list: FCGX_ParamArray?) {
        guard var next = unsafe list else { return }
        while let entry = unsafe next.pointee {
            unsafe take(UnsafePointer(entry))
            unsafe next += 1
        }
    }

    private mutating func take(_ entry: UnsafePointer<CChar>) {
        // The names with the same beginning are told apart by its first letter.
        switch unsafe UInt8(bitPattern: entry[0]) {
        case UInt8(ascii: "R"):
            unsafe Self.set(&method, to: entry, if: "REQUEST_METHOD=")
            unsafe Self.set(&target, to: entry, if: "REQUEST_URI=")
            unsafe Self.set(&requestID, to: entry, if: "REQUEST_ID=")
            unsafe Self.set(&remoteAddress, to: entry, if: "REMOTE_ADDR=")
        case UInt8(ascii: "C"):
            unsafe Self.set(&contentType, to: entry, if: "CONTENT_TYPE=")
            unsafe Self.set(&contentLength, to: entry, if: "CONTENT_LENGTH=")
        case UInt8(ascii: "D"):
            unsafe Self.set(&deviceCookie, to: entry, if: "DEVICE_COOKIE=")
        case UInt8(ascii: "H"):
            unsafe Self.set(&accept, to: entry, if: "HTTP_ACCEPT=")
            unsafe Self.set(&authorization, to: entry, if: "HTTP_AUTHORIZATION=")
        default: break
        }
    }

    private static func set(
        _ field: inout UnsafePointer<CChar>?, to entry: UnsafePointer<CChar>,
        if name: StaticString
    ) {
        let length = name.utf8CodeUnitCount
        guard unsafe field == nil, unsafe strncmp(entry, name.utf8Start, length) == 0 else {
            return
        }
        unsafe field = entry + length
    }
}
