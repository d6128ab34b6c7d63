public import Auth
import Cryptography
public import JSON

/// Keys, tokens and times for tests.
public enum TestTokens {
    /// The key of the vectors, a `SECRET_KEY` as `django-admin startproject` makes one.
    public static let djangoKey = "django-insecure-test-key-0123456789abcdefghijklmnop"

    /// 2026-06-01T12:00:00Z, between `iat` and `exp` of the vectors.
    public static let now = Instant(unixSeconds: 1_780_315_200)

    /// A request at a time.
    public static func context(at now: Instant = now) -> RequestContext { RequestContext(now: now) }

    /// Signs with HS256 and the key of the vectors.
    public static func signer(
        _ algorithm: TokenSigner.Algorithm = .hs256, keys: [String] = [djangoKey]
    ) throws -> TokenSigner {
        let hash: HMACKey.Algorithm =
            switch algorithm {
            case .hs256: .sha256
            case .hs384: .sha384
            case .hs512: .sha512
            }
        return TokenSigner(
            algorithm: algorithm,
            keys: try keys.map { try HMACKey(Array($0.utf8), algorithm: hash) })
    }

    /// Issues with the default settings, changed by `change`.
    public static func issuer(
        _ change: (inout TokenSettings) -> Void = { _ in }
    ) throws -> TokenIssuer {
        var settings = TokenSettings()
        change(&settings)
        return TokenIssuer(settings: settings, signer: try signer())
    }

    /// Keys of one-time tokens.
    public static func oneTimeKeys() throws -> OneTimeTokenKeys {
        OneTimeTokenKeys([try HMACKey(Array("one-time tokens of the tests".utf8))])
    }

    /// The token of a header and claims that are written as they are.
    public static func token(
        header: String = #"{"alg":"HS256","typ":"JWT"}"#, claims: String, key: String = djangoKey
    ) throws -> String {
        try token(header: Array(header.utf8), claims: Array(claims.utf8), key: key)
    }

    /// The token of a header and claims that need not be text.
    public static func token(
        header: [UInt8], claims: [UInt8], key: String = djangoKey
    ) throws -> String {
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(claims)
        let code = try HMACKey(Array(key.utf8)).authenticationCode(for: Array(signed.utf8))
        return signed + "." + Base64URL.encode(code)
    }

    /// The object of a JSON text; an empty one for anything else.
    public static func object(_ text: String) -> JSONObject {
        guard case .object(let object) = try? JSONReader.read(Array(text.utf8)) else {
            return JSONObject()
        }
        return object
    }

    /// The payload of a token, unchecked.
    public static func payload(of token: String) -> String {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(Array(parts[1].utf8)) else {
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
