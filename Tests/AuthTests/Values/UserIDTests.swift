import Auth
import JSON
import Testing

@Suite("numbers of users")
struct UserIDTests {
    @Test(
        "the user part of a link is unpadded URL-safe base64 of the digits, as Django writes it",
        arguments: [(1, "MQ"), (12, "MTI"), (123, "MTIz"), (1234, "MTIzNA")] as [(UInt64, String)])
    func uidb64(number: UInt64, text: String) {
        #expect(UserID(number).uidb64 == text)
        #expect(UserID(uidb64: text) == UserID(number))
    }

    @Test("every number survives being written and read")
    func roundTrip() {
        for number in [1, 9, 10, 4095, UInt64(Int64.max), .max] {
            #expect(UserID(uidb64: UserID(number).uidb64)?.rawValue == number)
            #expect(UserID(String(number))?.rawValue == number)
        }
    }

    @Test(
        "what is no user part is refused",
        arguments: [
            "", "MQ==", "MQ=", "MR", "MA", "MDE", "M", "MQ\n", " MQ", "LTE", "KzE", "MS4w", "MSA",
            "2aE", "4oKs", "NmYxZThmMGUtMGMxYy00YjJlLThmNmUtMGExYjJjM2Q0ZTVm",
            "MTg0NDY3NDQwNzM3MDk1NTE2MTY", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw", "TVE", "_w",
        ])
    func refusedLink(text: String) {
        #expect(UserID(uidb64: text) == nil)
    }

    @Test(
        "the claim may be text, as from SimpleJWT 5.5.1 on, or a number as before",
        arguments: [.string("7"), .number(JSONNumber(7))] as [JSONValue])
    func claim(value: JSONValue) {
        #expect(UserID(claim: value) == UserID(7))
    }

    @Test(
        "a claim of another form names nobody",
        arguments: [
            "\"\"", "\" 7\"", "\"07\"", "\"+7\"", "\"-7\"", "\"0\"", "0", "-7", "7.0", "7e0",
            "true",
            "null", "[7]", "{}", "\"abc\"", "\"٧\"", "18446744073709551616", "\"1_0\"",
            "\"6f1e8f0e-0c1c-4b2e-8f6e-0a1b2c3d4e5f\"",
        ])
    func refusedClaim(text: String) throws {
        #expect(UserID(claim: try JSONReader.read(Array(text.utf8))) == nil)
    }
}
