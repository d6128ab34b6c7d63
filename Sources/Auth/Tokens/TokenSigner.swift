public import Cryptography
import JSON

/// Signs and checks JSON Web Tokens (RFC 7519) in compact form with HMAC.
///
/// The algorithm and the keys come from the settings. What the header of a token says is compared
/// with them and never chooses anything (RFC 8725 §3.1).
public struct TokenSigner: Sendable {
    /// The algorithms, by their names in RFC 7518 §3.1.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC with SHA-256.
        case hs256 = "HS256"
        /// HMAC with SHA-384.
        case hs384 = "HS384"
        /// HMAC with SHA-512.
        case hs512 = "HS512"
    }

    /// The longest token that is looked at, in bytes.
    public static let lengthLimit = 8192

    private let algorithm: Algorithm
    /// The first one signs; all verify.
    private let keys: [HMACKey]
    /// The first part of every token that is signed here, with its dot.
    private let header: [UInt8]

    /// - Parameters:
    ///   - algorithm: The only one that is accepted.
    ///   - keys: The signing key, then those whose tokens are accepted as well.
    /// - Precondition: There is a key.
    public init(algorithm: Algorithm, keys: [HMACKey]) {
        precondition(!keys.isEmpty)
        self.algorithm = algorithm
        self.keys = keys
        let json = #"{"alg":"\#(algorithm.rawValue)","typ":"JWT"}"#
        header = Array((Base64URL.encode(Array(json.utf8)) + ".").utf8)
    }

    /// Makes the token of a payload.
    public func sign(_ payload: [UInt8]) -> String {
        var token: [UInt8] = []
        token.reserveCapacity(header.count + payload.count * 4 / 3 + 96)
        token.append(contentsOf: header)
        Base64URL.append(encoding: payload, to: &token)
        let code = keys[0].authenticationCode(for: token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(encoding: code, to: &token)
        return String(decoding: token, as: UTF8.self)
    }

    /// Checks form, header and signature, in this order, and reads the payload.
    ///
    /// - Throws: ``TokenFault/invalid`` for everything that is not exactly a token of ours.
    public func verify(_ text: String) throws(TokenFault) -> JSONObject {
        guard case .object(let claims) = try? JSONReader.read(try payload(of: text)) else {
            throw .invalid
        }
        return claims
    }

    /// What was signed, whatever it says: all that a JSON Web Signature (RFC 7515 §5.2) demands.
    func payload(of text: String) throws(TokenFault) -> [UInt8] {
        let token = text.utf8.span
        // The header is mostly ours and the signature short, so little is searched for the two dots.
        // A third one between them is no character of base64url.
        let hasOurHeader = token.starts(with: header)
        let first = hasOurHeader ? header.count - 1 : token.firstDot
        guard token.count <= TokenSigner.lengthLimit, let first, let last = token.lastDot,
            first < last, let signature = Base64URL.decode(token.extracting((last + 1)...)),
            hasOurHeader || isOurs(header: token.extracting(..<first)),
            isSigned(token.extracting(..<last), by: signature),
            let payload = Base64URL.decode(token.extracting(first + 1..<last))
        else { throw .invalid }
        return payload
    }

    private func isSigned(_ message: Span<UInt8>, by signature: [UInt8]) -> Bool {
        for key in keys where key.isValid(signature, for: message) { return true }
        return false
    }

    /// Whether a header in another spelling says the same: other libraries order or add members.
    private func isOurs(header: Span<UInt8>) -> Bool {
        guard let bytes = Base64URL.decode(header),
            case .object(let header) = try? JSONReader.read(bytes),
            header["alg"] == .string(algorithm.rawValue)
        else { return false }
        // Extensions that must be understood (RFC 7515 §4.1.11), and forms of token that are not ours.
        return header["crit"] == nil && header["b64"] == nil && header["zip"] == nil
            && header["enc"] == nil
    }
}

extension Span<UInt8> {
    fileprivate var firstDot: Int? {
        for index in indices where self[index] == UInt8(ascii: ".") { return index }
        return nil
    }

    fileprivate var lastDot: Int? {
        for index in indices.reversed() where self[index] == UInt8(ascii: ".") { return index }
        return nil
    }

    fileprivate func starts(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        for index in prefix.indices where self[index] != prefix[index] { return false }
        return true
    }
}
