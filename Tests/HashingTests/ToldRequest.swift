import Auth
import AuthAPI

/// A request that tells what becomes of it.
struct ToldRequest: PasswordRequest {
    /// What became of a request.
    enum End: Equatable {
        case finished, refused(PasswordRefusal), takenBack
    }

    var work = PasswordWork.make(Password("correct horse"))
    /// A minute, unless said otherwise.
    var patience: UInt64 = 60_000_000
    var whenFinished: @Sendable (PasswordWorkResult, any Store) -> Void = { _, _ in }
    var ended: @Sendable (End) -> Void = { _ in }

    var takeBack: TakeBack? { { [ended] _ in ended(.takenBack) } }

    func finish(_ result: PasswordWorkResult, store: any Store, afterMicroseconds: UInt64) {
        whenFinished(result, store)
        ended(.finished)
    }

    func refuse(because refusal: PasswordRefusal) { ended(.refused(refusal)) }
}
