import Auth
import HTTPTypes

/// The cookie by which a device proves that it has logged in to an account before (RFC 6265).
public struct DeviceCookie: Sendable {
    /// What nginx knows it by: the end of `$cookie_gatereeve_device`.
    private static let name = "gatereeve_device"

    private let attributes: String

    /// - Parameters:
    ///   - prefix: What every path begins with, without the slash at its end.
    ///   - isSecure: Whether browsers send it over HTTPS only.
    public init(prefix: String, isSecure: Bool) {
        attributes =
            "; Path=\(prefix)/login; Max-Age=\(DeviceTokens.lifetime); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// The field that has a browser keep a proof.
    func field(_ token: String) -> HTTPField {
        HTTPField(name: .setCookie, value: "\(Self.name)=\(token)\(attributes)")
    }
}
