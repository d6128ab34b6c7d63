import Auth
import AuthTesting

extension FuzzTarget {
    /// The `Authorization` field: `Bearer` and one good token of an active user, or another scheme.
    static let authorization = FuzzTarget("authorization", longest: 9000) { bytes in
        let field = String(foreign: bytes)
        let store = MemoryStore()
        store.add("ada", email: "ada@example.org")
        let check = BearerCheck(issuer: try TestTokens.issuer())
        do throws(BearerCheck.Failure) {
            try check.check(field, store: store, context: TestTokens.context())
        } catch {
            return
        }
        let parts = field.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard parts.first == "Bearer" else { return }
        try require(parts.count == 2, "taken with \(parts.count) parts")
        try requireOnlySpelling(String(parts[1]))
    }
}
