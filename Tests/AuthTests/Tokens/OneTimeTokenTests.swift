import AuthTesting
import Cryptography
import Testing

@testable import Auth

@Suite("one-time tokens of mails")
struct OneTimeTokenTests {
    @Test("the mailer derives from a row the secret whose digest the row has")
    func derived() throws {
        let keys = try TestTokens.oneTimeKeys()
        for purpose in OneTimePurpose.allCases {
            let (id, digest) = keys.make(purpose, from: SystemRandom())
            #expect(id.count == 16 && digest.count == 32)
            let token = try #require(keys.token(id: id, purpose: purpose, digest: digest))
            let text = token.revealForMail()
            #expect(text.utf8.count == 43)
            let presented = try #require(OneTimeToken(presented: text))
            #expect(presented.digest == digest)
            #expect(digest == SHA256.digest(try #require(Base64URL.decode(Array(text.utf8)))))
        }
    }

    @Test("another purpose, row, digest or key gives no secret")
    func bound() throws {
        let keys = try TestTokens.oneTimeKeys()
        let (id, digest) = keys.make(.verifyEmail, from: SystemRandom())
        let (otherID, otherDigest) = keys.make(.verifyEmail, from: SystemRandom())
        #expect(keys.token(id: id, purpose: .passwordReset, digest: digest) == nil)
        #expect(keys.token(id: otherID, purpose: .verifyEmail, digest: digest) == nil)
        #expect(keys.token(id: id, purpose: .verifyEmail, digest: otherDigest) == nil)
        let otherKeys = OneTimeTokenKeys([try HMACKey(Array("other".utf8))])
        #expect(otherKeys.token(id: id, purpose: .verifyEmail, digest: digest) == nil)
    }

    @Test("mails that wait through a rotation of the key get the secret of the old one")
    func rotation() throws {
        let old = try HMACKey(Array("old".utf8))
        let (id, digest) = OneTimeTokenKeys([old]).make(.verifyEmail, from: SystemRandom())
        let rotated = OneTimeTokenKeys([try HMACKey(Array("new".utf8)), old])
        let token = try #require(rotated.token(id: id, purpose: .verifyEmail, digest: digest))
        #expect(token.digest == digest)
        let (_, newDigest) = rotated.make(.verifyEmail, from: SystemRandom())
        #expect(newDigest != digest)
    }

    @Test(
        "what cannot be the text of a link is refused",
        arguments: [
            "", "x", String(repeating: "A", count: 42), String(repeating: "A", count: 44),
            String(repeating: "A", count: 42) + "B", String(repeating: "A", count: 42) + "=",
            String(repeating: "A", count: 42) + "+", String(repeating: "A", count: 42) + "\0",
            String(repeating: "é", count: 21) + "A", String(repeating: "A", count: 43) + "\n",
        ])
    func presented(text: String) {
        #expect(OneTimeToken(presented: text) == nil)
    }

    @Test("however a secret is printed, it is hidden")
    func hidden() throws {
        let token = try #require(OneTimeToken(presented: String(repeating: "A", count: 43)))
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\([token])", dumped] {
            #expect(text.contains("hidden") && !text.contains("AAAA") && !text.contains("0, 0"))
        }
    }
}
