import AuthTesting
import CryptographyTesting
import Testing

@testable import Auth

@Suite("judging a refresh token that is good by itself")
struct RefreshRuleTests {
    /// Issued at second 1000.
    private func token(
        generation: UInt32? = nil, user: String = "\"7\"", issued: String? = "1000"
    ) throws -> TokenClaims {
        let random = CountingSource()
        let id =
            generation.map {
                TokenID.make(at: Instant(unixSeconds: 1000), generation: $0, from: random).text
            } ?? "0123456789abcdef0123456789abcdef"
        let iat = issued.map { "\"iat\":\($0)," } ?? ""
        return try TokenClaims(
            judging: TestTokens.object(
                #"{"token_type":"refresh","exp":9000,\#(iat)"jti":"\#(id)","user_id":\#(user)}"#),
            as: .refresh, at: Instant(unixSeconds: 2000), settings: TokenSettings())
    }

    private func user(
        isActive: Bool = true, generation: UInt32 = 0, endedAt: Int64? = nil
    ) -> RefreshUser {
        RefreshUser(
            isActive: isActive, generation: generation,
            sessionsEndedAt: endedAt.map { Instant(unixSeconds: $0) }, accessClaims: [])
    }

    private func refusal(
        _ token: TokenClaims, _ user: RefreshUser?, isBlacklisted: Bool = false
    ) -> RefreshRefusal? {
        do {
            _ = try judgeRefresh(
                of: token, facts: RefreshFacts(isBlacklisted: isBlacklisted, user: user))
            return nil
        } catch {
            return error
        }
    }

    @Test("an ended token is refused, whoever the user is")
    func blacklisted() throws {
        for user in [user(), user(isActive: false), nil] {
            #expect(refusal(try token(), user, isBlacklisted: true) == .token(.blacklisted))
        }
        #expect(
            refusal(try token(user: "\"\""), nil, isBlacklisted: true) == .token(.blacklisted))
    }

    @Test("a deleted and an inactive user are refused")
    func users() throws {
        #expect(refusal(try token(), nil) == .noSuchUser)
        #expect(refusal(try token(), user(isActive: false)) == .inactiveUser)
        #expect(refusal(try token(user: "\"abc\""), nil) == .noSuchUser)
        #expect(refusal(try token(), user()) == nil)
    }

    @Test("a token that names nobody is honoured, as by SimpleJWT")
    func nobody() throws {
        let claims = try TokenClaims(
            judging: TestTokens.object(#"{"token_type":"refresh","exp":9000,"jti":"a"}"#),
            as: .refresh, at: Instant(unixSeconds: 2000), settings: TokenSettings())
        let verdict = try judgeRefresh(
            of: claims, facts: RefreshFacts(isBlacklisted: false, user: nil))
        #expect(verdict.generation == 0)
        #expect(verdict.accessClaims.isEmpty)
    }

    @Test(
        "a token of ours is good in its own generation only",
        arguments: [
            (0, 0, true), (0, 1, false), (1, 0, false), (5, 5, true), (4095, 4096, false),
            (0, 4096, true), (4095, 4095, true), (4095, 8191, true), (1, 4098, false),
        ] as [(UInt32, UInt32, Bool)])
    func generations(token generation: UInt32, user userGeneration: UInt32, isGood: Bool) throws {
        // Neither the second nor the clock of another machine matters.
        for endedAt in [nil, 999, 1000, 1001] as [Int64?] {
            let found = refusal(
                try token(generation: generation),
                user(generation: userGeneration, endedAt: endedAt))
            #expect(found == (isGood ? nil : .sessionEnded))
        }
    }

    @Test(
        "a foreign token is good when it was issued after the sessions were ended",
        arguments: [
            (nil, "1000", true), (999, "1000", true), (1000, "1000", false), (1001, "1000", false),
            (nil, nil, true), (0, nil, false), (999, "1000.9", true),
        ] as [(Int64?, String?, Bool)])
    func foreign(endedAt: Int64?, issued: String?, isGood: Bool) throws {
        let found = refusal(try token(issued: issued), user(generation: 3, endedAt: endedAt))
        #expect(found == (isGood ? nil : .sessionEnded))
    }

    @Test("new tokens get the present generation")
    func verdict() throws {
        let facts = RefreshFacts(isBlacklisted: false, user: user(generation: 4097))
        #expect(try judgeRefresh(of: try token(generation: 1), facts: facts).generation == 4097)
    }
}
