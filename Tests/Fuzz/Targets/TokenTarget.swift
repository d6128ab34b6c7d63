import Auth
import AuthTesting
import Cryptography

extension FuzzTarget {
    /// The text of a token: accepted is only the one spelling that a key signs.
    static let token = FuzzTarget("token", longest: TokenSigner.lengthLimit + 100) { bytes in
        let text = String(foreign: bytes)
        var accepting = 0
        for algorithm in TokenSigner.Algorithm.allCases {
            guard (try? TestTokens.signer(algorithm).verify(text)) != nil else { continue }
            accepting += 1
            try requireOnlySpelling(text, algorithm)
        }
        try require(accepting <= 1, "two algorithms accept it")
        let issuer = try TestTokens.issuer()
        let isRefresh = (try? issuer.check(text, as: .refresh, at: TestTokens.now)) != nil
        let isAccess = (try? issuer.check(text, as: .access, at: TestTokens.now)) != nil
        try require(!(isRefresh && isAccess), "a token of two types")
    }

    /// Demands that a text is its three parts, each in the one way to write it.
    static func requireOnlySpelling(
        _ text: String, _ algorithm: TokenSigner.Algorithm = .hs256
    ) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        try require(parts.count == 3, "accepted with \(parts.count) parts")
        for part in parts {
            let bytes = Base64URL.decode(Array(part.utf8))
            try require(
                bytes.map { Base64URL.encode($0) } == String(part), "a part has another spelling")
        }
        let hash: HMACKey.Algorithm =
            switch algorithm {
            case .hs256: .sha256
            case .hs384: .sha384
            case .hs512: .sha512
            }
        let key = try HMACKey(Array(TestTokens.djangoKey.utf8), algorithm: hash)
        let code = key.authenticationCode(for: Array("\(parts[0]).\(parts[1])".utf8))
        try require(Base64URL.encode(code) == String(parts[2]), "the key did not sign it")
    }
}
