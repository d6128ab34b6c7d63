import Cryptography

/// What attempts on an account are counted under, whether or not the account exists.
public struct AccountKey: Hashable, Sendable {
    /// The first 16 bytes of the SHA-256 of the compared form.
    public let bytes: [UInt8]

    /// - Parameter compared: The compared form of a user name or an e-mail address.
    public init(compared: String) {
        bytes = Array(SHA256.digest(Array(compared.utf8)).prefix(16))
    }
}
