import Auth
import AuthAPI
import Threading

/// A request that tells what becomes of it.
struct ToldRequest: PasswordRequest {
    /// What became of a request.
    enum End: Equatable {
        case finished, refused(PasswordRefusal), takenBack, counted
    }

    var work = PasswordWork.make(Password("correct horse"))
    let came = MonotonicTime.now
    /// A minute, unless said otherwise.
    var patience: UInt64 = 60_000_000
    var whenFinished: @Sendable (PasswordWorkResult, any Store) -> Void = { _, _ in }
    var isSuccess = true
    var hasStoreFailed = false
    var ended: @Sendable (End) -> Void = { _ in }

    var age: UInt64 { came.nanoseconds(to: .now) / 1000 }

    var takeBack: TakeBack? {
        { [ended] _, result in
            if case .compared(matches: false, _) = result { return ended(.counted) }
            ended(.takenBack)
        }
    }

    func finish(_ result: PasswordWorkResult, store: any Store) -> PasswordAnswer {
        whenFinished(result, store)
        return PasswordAnswer(isSuccess: isSuccess, hasStoreFailed: hasStoreFailed) { [ended] in
            ended(.finished)
        }
    }

    func refuse(because refusal: PasswordRefusal) { ended(.refused(refusal)) }
}
