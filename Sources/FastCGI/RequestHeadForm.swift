/// The form in which the head of a request has to come.
///
/// `FCGI_BEGIN_REQUEST` for a responder, then nothing but `FCGI_PARAMS` of the same request up to
/// the empty one that ends them, with whole names and values (FastCGI 1.0 §3.3, §3.4, §5.1, §5.2).
/// Web servers send nothing else; management records (§4) are not answered.
enum RequestHeadForm {
    /// What is known of a head.
    enum Verdict {
        /// It is whole.
        case sound
        /// It can become nothing good any more.
        case unsound
        /// So far nothing is wrong with it.
        case unfinished
    }

    private static let version: UInt8 = 1
    private static let beginRequest: UInt8 = 1
    private static let parameters: UInt8 = 4
    private static let responder: UInt8 = 1
    private static let recordHeadSize = 8
    private static let beginBodySize = 8

    /// Judges the first bytes of a connection.
    ///
    /// - Parameter bytes: They are changed: the contents of the records are moved together.
    static func judge(_ bytes: UnsafeMutableRawBufferPointer) -> Verdict {
        guard bytes.count >= recordHeadSize + beginBodySize else { return .unfinished }
        guard
            unsafe bytes[0] == version && bytes[1] == beginRequest && bytes[4] == 0
                && Int(bytes[5]) == beginBodySize && bytes[8] == 0 && bytes[9] == responder
        else { return .unsound }
        let request = unsafe (bytes[2], bytes[3])
        var next = unsafe recordHeadSize + beginBodySize + Int(bytes[6])
        var contentSize = 0
        while next + recordHeadSize <= bytes.count {
            guard
                unsafe bytes[next] == version && bytes[next + 1] == parameters
                    && (bytes[next + 2], bytes[next + 3]) == request
            else { return .unsound }
            let length = unsafe Int(bytes[next + 4]) << 8 | Int(bytes[next + 5])
            let start = next + recordHeadSize
            next = unsafe start + length + Int(bytes[next + 6])
            guard next <= bytes.count else { return .unfinished }
            guard length > 0 else {
                let content = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<contentSize])
                return unsafe holdsWholePairs(content) ? .sound : .unsound
            }
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[contentSize...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
            contentSize += length
        }
        return .unfinished
    }

    private static func holdsWholePairs(_ content: UnsafeRawBufferPointer) -> Bool {
        var next = 0
        while next < content.count {
            guard let name = unsafe takeLength(of: content, at: &next),
                let value = unsafe takeLength(of: content, at: &next)
            else { return false }
            next += name + value
        }
        return next == content.count
    }

    /// One byte up to 127, else four of which the first bit does not count.
    private static func takeLength(of content: UnsafeRawBufferPointer, at next: inout Int) -> Int? {
        guard next < content.count else { return nil }
        let first = unsafe Int(content[next])
        guard first > 127 else {
            next += 1
            return first
        }
        guard next + 4 <= content.count else { return nil }
        defer { next += 4 }
        return unsafe (first & 127) << 24 | Int(content[next + 1]) << 16
            | Int(content[next + 2]) << 8 | Int(content[next + 3])
    }
}
