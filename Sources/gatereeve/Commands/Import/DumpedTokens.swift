import Auth
import JSON

/// The tokens of a dump: those that were issued, and which of them were ended.
///
/// The two are rows of two tables, and either may come first.
struct DumpedTokens {
    /// A token that was issued, by the number of its row; nil for one that has expired, of which a site
    /// that never cleans up has millions.
    private var issued: [UInt64: Issued?] = [:]
    private var ended: [(line: Int, row: UInt64, ended: Instant)] = []
    /// Up to here a token has expired for everybody, also for one whose clock is behind.
    private let expiredUntil: Instant

    private struct Issued {
        let token: TokenID
        let user: UserID?
        let expires: Instant
    }

    init(at now: Instant) {
        expiredUntil = now.advanced(seconds: -PurgeRule.tokenGrace)
    }

    /// Reads a row of `token_blacklist.outstandingtoken`; what is wrong with it is added to its fields.
    mutating func addIssued(_ number: JSONValue?, _ fields: inout DumpFields) {
        let row = fields.number(number, "pk")
        let user = fields.optionalNumber("user").map { UserID($0) }
        let token = fields.text("jti").map { TokenID(text: $0) }
        let expires = fields.moment("expires_at")
        guard let row, let token, let expires else { return }
        guard issued[row] == nil else {
            fields.fault("pk", "Another line has the same token. Leave one of them out.")
            return
        }
        let isExpired = expires <= expiredUntil
        issued[row] = .some(isExpired ? nil : Issued(token: token, user: user, expires: expires))
    }

    /// Reads a row of `token_blacklist.blacklistedtoken`; what is wrong with it is added to its fields.
    mutating func addEnded(_ fields: inout DumpFields) {
        let row = fields.number("token")
        let moment = fields.moment("blacklisted_at")
        guard let row, let moment else { return }
        ended.append((fields.line, row, moment))
    }

    /// Joins the two: what was ended and has not expired, and how many have expired.
    func joined(_ faults: inout DumpFaults) -> (live: [ImportedTokenEnd], expired: Int) {
        var live: [ImportedTokenEnd] = []
        var expired = 0
        for end in ended {
            switch issued[end.row] {
            case .some(.some(let token)):
                live.append(
                    ImportedTokenEnd(
                        token: token.token, user: token.user, ended: end.ended,
                        expires: token.expires))
            case .some(.none): expired += 1
            case .none:
                faults.add(
                    end.line, "token",
                    "There is no outstanding token of this number in the dump. Dump all of "
                        + "token_blacklist.")
            }
        }
        return (live, expired)
    }
}
