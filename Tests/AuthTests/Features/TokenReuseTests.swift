import AuthTesting
import Testing

@testable import Auth

@Suite("a spent refresh token that is shown again")
struct TokenReuseTests {
    private static let now = TestTokens.now
    /// In seconds.
    private static let gracePeriod: Int64 = 30

    private static func place(
        _ change: (inout TokenSettings) -> Void = { _ in }
    ) throws -> FeatureWorkplace {
        let place = try FeatureWorkplace {
            $0.rotatesRefreshTokens = true
            $0.rotationGracePeriod = gracePeriod
            change(&$0)
        }
        try place.addUser()
        return place
    }

    private static func refresh(
        _ token: String, in place: FeatureWorkplace, after seconds: Int64 = 0
    ) throws -> TokenRefresh.Outcome {
        try TokenRefresh(issuer: place.issuer).refresh(
            token, store: place.store,
            context: TestTokens.context(at: now.advanced(seconds: seconds)))
    }

    private static func successor(
        of token: String, in place: FeatureWorkplace, after seconds: Int64 = 0
    ) throws -> String {
        try #require(try refresh(token, in: place, after: seconds).refresh)
    }

    private enum Answer: Equatable {
        case given(refresh: String?)
        case refused(RefreshRefusal)
        case reused(UserID?)
        case unavailable
    }

    private static func answer(
        to token: String, in place: FeatureWorkplace, after seconds: Int64 = 0
    ) throws -> Answer {
        do {
            return .given(refresh: try refresh(token, in: place, after: seconds).refresh)
        } catch let failure as TokenRefresh.Failure {
            switch failure {
            case .refused(let refusal, _): return .refused(refusal)
            case .reused(let user): return .reused(user)
            case .store: return .unavailable
            }
        }
    }

    private static let spent = Answer.refused(.token(.blacklisted))

    @Test("who lost the answer gets the same successor again, and new access tokens")
    func lostAnswer() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let first = try Self.refresh(token, in: place)
        let again = try Self.refresh(token, in: place, after: 29)
        #expect(again.refresh == first.refresh)
        #expect(again.access != first.access)
        let claims = try place.issuer.check(
            again.access, as: .access, at: Self.now.advanced(seconds: 29))
        #expect(claims.expires == Self.now.advanced(seconds: 29 + 300))
        #expect(place.store.blacklist.count == 1)
        #expect(place.store.reuses.isEmpty)
        let goesOn = try Self.successor(
            of: try #require(again.refresh), in: place, after: 40)
        #expect(try Self.answer(to: goesOn, in: place, after: 50) != Self.spent)
    }

    @Test("both of two that use a token at once get the same successor")
    func atOnce() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let issuer = place.issuer
        var other: TokenRefresh.Outcome?
        place.store.beforeWriting = {
            other = try? TokenRefresh(issuer: issuer).refresh(
                token, store: $0, context: TestTokens.context())
        }
        let one = try Self.refresh(token, in: place)
        #expect(one.refresh != nil)
        #expect(one.refresh == other?.refresh)
        #expect(place.store.blacklist.count == 1)
    }

    @Test("who comes late, after the successor was used, is refused and ends nothing")
    func slowTab() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let second = try Self.successor(of: token, in: place)
        let third = try Self.successor(of: second, in: place, after: 1)
        #expect(try Self.answer(to: token, in: place, after: 29) == Self.spent)
        #expect(place.store.reuses.isEmpty)
        _ = try Self.refresh(third, in: place, after: 29)
    }

    @Test(
        "where reuse is detected at once, who comes after the successor was used ends the session",
        arguments: [1, 2, 7])
    func atOnceDetected(rotations: Int) throws {
        let place = try Self.place { $0.detectsReuseAtOnce = true }
        let user = try place.addUser("bob")
        let token = try place.logIn("bob").refresh
        let successor = try Self.successor(of: token, in: place)
        // Nobody has used it: the answer may have been lost.
        #expect(try Self.answer(to: token, in: place, after: 1) == .given(refresh: successor))
        var newest = successor
        for _ in 0..<rotations { newest = try Self.successor(of: newest, in: place, after: 2) }
        #expect(try Self.answer(to: token, in: place, after: 3) == .reused(user))
        #expect(try Self.answer(to: newest, in: place, after: 3) == Self.spent)
        #expect(place.store.reuses == [user])
        #expect(try Self.answer(to: token, in: place, after: 4) == Self.spent)
        #expect(place.store.reuses == [user])
    }

    @Test("without a grace period there is nothing to detect")
    func nothingToDetect() throws {
        let place = try Self.place {
            $0.rotationGracePeriod = 0
            $0.detectsReuseAtOnce = true
        }
        let token = try place.logIn().refresh
        let newest = try Self.successor(of: try Self.successor(of: token, in: place), in: place)
        #expect(try Self.answer(to: token, in: place) == Self.spent)
        _ = try Self.refresh(newest, in: place)
        #expect(place.store.reuses.isEmpty)
    }

    @Test(
        "where reuse is detected at once, who loses the race and finds the successor used ends it")
    func lateLoser() throws {
        let place = try Self.place { $0.detectsReuseAtOnce = true }
        let token = try place.logIn().refresh
        let refresh = TokenRefresh(issuer: place.issuer)
        place.store.beforeWriting = { store in
            let first = try? refresh.refresh(
                token, store: store, context: TestTokens.context())
            _ = try? refresh.refresh(
                first?.refresh ?? "", store: store, context: TestTokens.context())
        }
        #expect(try Self.answer(to: token, in: place) == .reused(UserID(1)))
        #expect(place.store.reuses == [UserID(1)])
    }

    @Test("where reuse is detected at once, what was logged out is no reuse")
    func loggedOutDetected() throws {
        let place = try Self.place { $0.detectsReuseAtOnce = true }
        let token = try place.logIn().refresh
        let newest = try Self.successor(of: token, in: place)
        try Logout(issuer: place.issuer).logOut(
            newest, store: place.store, context: TestTokens.context())
        #expect(try Self.answer(to: token, in: place, after: 1) == Self.spent)
        #expect(place.store.reuses.isEmpty)
    }

    @Test(
        "a token that is shown after the grace period ends the newest that came of it",
        arguments: [0, 1, 2, 7])
    func reuse(rotations: Int) throws {
        let place = try Self.place()
        let user = try place.addUser("bob")
        let token = try place.logIn("bob").refresh
        var newest = try Self.successor(of: token, in: place)
        for second in 0..<rotations {
            newest = try Self.successor(of: newest, in: place, after: Int64(second))
        }
        let other = try place.logIn("bob").refresh
        #expect(try Self.answer(to: token, in: place, after: 30) == .reused(user))
        #expect(try Self.answer(to: newest, in: place, after: 30) == Self.spent)
        #expect(place.store.reuses == [user])
        // It is told once, and no other session ends.
        #expect(try Self.answer(to: token, in: place, after: 31) == Self.spent)
        #expect(place.store.reuses == [user])
        _ = try Self.refresh(other, in: place, after: 31)
    }

    @Test("the grace period ends to the microsecond, and any leeway is added to it")
    func border() throws {
        for leeway in [0, 20] as [Int64] {
            let place = try Self.place { $0.leeway = leeway }
            let token = try place.logIn().refresh
            _ = try Self.refresh(token, in: place)
            let end = Self.now.advanced(seconds: Self.gracePeriod + leeway)
            let justBefore = Instant(unixMicroseconds: end.unixMicroseconds - 1)
            let refresh = TokenRefresh(issuer: place.issuer)
            _ = try refresh.refresh(
                token, store: place.store, context: TestTokens.context(at: justBefore))
            #expect(throws: TokenRefresh.Failure.self) {
                try refresh.refresh(
                    token, store: place.store, context: TestTokens.context(at: end))
            }
            #expect(place.store.reuses.count == 1)
        }
    }

    @Test("what was logged out stays so, whichever token of the chain is shown")
    func logout() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let newest = try Self.successor(of: token, in: place)
        try Logout(issuer: place.issuer).logOut(
            newest, store: place.store, context: TestTokens.context())
        for seconds in [1, 29, 30, 3600] as [Int64] {
            for shown in [token, newest] {
                #expect(try Self.answer(to: shown, in: place, after: seconds) == Self.spent)
            }
        }
        #expect(place.store.reuses.isEmpty)
    }

    @Test(
        "a logout with a spent token ends what came of it, and is no reuse",
        arguments: [true, false])
    func logoutOfSpentToken(acceptsAny: Bool) throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let successor = try Self.successor(of: token, in: place)
        let newest = try Self.successor(of: successor, in: place)
        let logout = Logout(issuer: place.issuer, acceptsAnyToken: acceptsAny)
        func logOut() throws {
            try logout.logOut(token, store: place.store, context: TestTokens.context())
        }
        if acceptsAny {
            try logOut()
        } else {
            #expect(throws: Logout.Failure.self) { try logOut() }
        }
        for shown in [token, successor, newest] {
            #expect(try Self.answer(to: shown, in: place, after: 1) == Self.spent)
        }
        #expect(place.store.reuses.isEmpty)
    }

    @Test("a token that is logged out while it is used is refused")
    func logoutAtOnce() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let key = try place.issuer.check(token, as: .refresh, at: Self.now).id.blacklistKey
        place.store.beforeWriting = { $0.blacklist.insert(key) }
        #expect(try Self.answer(to: token, in: place) == Self.spent)
    }

    @Test("a user who may not refresh gets no answer again, and has nothing left to end")
    func users() throws {
        let place = try Self.place()
        let changes: [(inout MemoryStore.Account) -> Void] = [
            { $0.isActive = false }, { $0.generation += 1 },
        ]
        for (number, change) in changes.enumerated() {
            let user = try place.addUser("user\(number)")
            let token = try place.logIn("user\(number)").refresh
            _ = try Self.refresh(token, in: place)
            var account = try #require(place.store.accounts[user])
            change(&account)
            place.store.accounts[user] = account
            for seconds in [1, 30] as [Int64] {
                #expect(try Self.answer(to: token, in: place, after: seconds) == Self.spent)
            }
            place.store.accounts[user] = nil
            #expect(try Self.answer(to: token, in: place, after: 30) == Self.spent)
        }
        #expect(place.store.reuses.isEmpty)
    }

    @Test("a try that fails spends nothing and ends nothing: the next one is as good as the first")
    func storeFails() throws {
        let place = try Self.place()
        let away = StoreError(.unavailable, reason: "away")
        let token = try place.logIn().refresh
        // Before the token is spent.
        place.store.beforeWriting = { $0.failure = away }
        #expect(try Self.answer(to: token, in: place) == .unavailable)
        place.store.failure = nil
        #expect(place.store.blacklist.isEmpty)
        let successor = try Self.successor(of: token, in: place)
        // After that: nobody was told the successor, let us say.
        place.store.failure = away
        #expect(try Self.answer(to: token, in: place, after: 1) == .unavailable)
        #expect(try Self.answer(to: token, in: place, after: 30) == .unavailable)
        place.store.failure = nil
        #expect(
            try Self.answer(to: token, in: place, after: 29) == .given(refresh: successor))
        #expect(try Self.answer(to: token, in: place, after: 30) == .reused(UserID(1)))
    }

    @Test("without a grace period a spent token is refused, and nothing else happens")
    func standard() throws {
        let place = try Self.place { $0.rotationGracePeriod = 0 }
        let token = try place.logIn().refresh
        let successor = try Self.successor(of: token, in: place)
        for seconds in [0, 1, 30, 3600] as [Int64] {
            #expect(try Self.answer(to: token, in: place, after: seconds) == Self.spent)
        }
        #expect(place.store.successors.isEmpty)
        _ = try Self.refresh(successor, in: place, after: 3600)
    }

    @Test("without rotation a grace period changes nothing")
    func withoutRotation() throws {
        let place = try Self.place { $0.rotatesRefreshTokens = false }
        let token = try place.logIn().refresh
        for seconds in [0, 1, 3600] as [Int64] {
            #expect(
                try Self.answer(to: token, in: place, after: seconds) == .given(refresh: nil))
        }
        try Logout(issuer: place.issuer).logOut(
            token, store: place.store, context: TestTokens.context())
        #expect(try Self.answer(to: token, in: place) == Self.spent)
    }

    @Test("the successor is the same although the lifetime of tokens was changed meanwhile")
    func otherLifetime() throws {
        let place = try Self.place()
        let token = try place.logIn().refresh
        let successor = try Self.successor(of: token, in: place)
        let later = try TestTokens.issuer {
            $0.rotatesRefreshTokens = true
            $0.rotationGracePeriod = Self.gracePeriod
            $0.refreshLifetime = 60
        }
        let again = try TokenRefresh(issuer: later).refresh(
            token, store: place.store,
            context: TestTokens.context(at: Self.now.advanced(seconds: 1)))
        #expect(again.refresh == successor)
    }

    @Test("tokens of another system and tokens that name nobody are treated alike")
    func foreign() throws {
        let place = try Self.place()
        for (subject, user) in [(#","user_id":1"#, UserID(1)), ("", nil)] {
            let token = try TestTokens.token(
                claims: #"{"token_type":"refresh","exp":4102444800,"iat":1,"#
                    + #""jti":"n\#(subject.count)","plan":"tin"\#(subject)}"#)
            let successor = try Self.successor(of: token, in: place)
            #expect(TestTokens.payload(of: successor).contains(#""plan":"tin""#))
            #expect(
                try Self.answer(to: token, in: place, after: 29) == .given(refresh: successor))
            #expect(try Self.answer(to: token, in: place, after: 30) == .reused(user))
            #expect(try Self.answer(to: successor, in: place, after: 30) == Self.spent)
        }
    }
}
