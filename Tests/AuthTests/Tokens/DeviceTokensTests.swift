import AuthTesting
import Cryptography
import Testing

@testable import Auth

@Suite("what proves that a device has logged in before")
struct DeviceTokensTests {
    private static let now = TestTokens.now
    private let ada = AccountKey(compared: "ada")

    private static func tokens(_ secrets: String...) throws -> DeviceTokens {
        DeviceTokens(try secrets.map { try HMACKey(Array($0.utf8)) })
    }

    @Test("proves it for its account alone, and with its key alone")
    func bound() throws {
        let tokens = try Self.tokens("first")
        let proof = tokens.make(for: ada, at: Self.now)
        #expect(tokens.proves(proof, account: ada, at: Self.now))
        #expect(!tokens.proves(proof, account: AccountKey(compared: "adb"), at: Self.now))
        #expect(try !Self.tokens("second").proves(proof, account: ada, at: Self.now))
        #expect(try Self.tokens("second", "first").proves(proof, account: ada, at: Self.now))
    }

    @Test(
        "is good for thirty days, also when the clock that made it is a little ahead",
        arguments: [
            (0, true), (30 * 86400 - 1, true), (30 * 86400, false), (-300, true), (-301, false),
        ])
    func lifetime(age: Int64, isGood: Bool) throws {
        let tokens = try Self.tokens("first")
        let proof = tokens.make(for: ada, at: Self.now)
        let later = Self.now.advanced(seconds: age)
        #expect(tokens.proves(proof, account: ada, at: later) == isGood)
    }

    @Test("no changed, cut or longer text proves anything")
    func mutants() throws {
        let tokens = try Self.tokens("first")
        let proof = Array(tokens.make(for: ada, at: Self.now).utf8)
        #expect(proof.count == 54)
        for index in proof.indices {
            for letter in "ABab01-_=.".utf8 where letter != proof[index] {
                var mutant = proof
                mutant[index] = letter
                let text = String(decoding: mutant, as: UTF8.self)
                #expect(!tokens.proves(text, account: ada, at: Self.now), "\(index)")
            }
        }
        let text = String(decoding: proof, as: UTF8.self)
        for other in ["", String(text.dropLast()), text + "A", text + "=", " " + text] {
            #expect(!tokens.proves(other, account: ada, at: Self.now))
        }
    }
}
