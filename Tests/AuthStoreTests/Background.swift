import Foundation
import Synchronization
import Testing

/// Work in a thread of its own.
final class Background<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            done.signal()
        }
    }

    /// What the work gave or threw, once it has ended.
    func value() throws -> Value {
        done.wait()
        return try #require(result.withLock { $0 }).get()
    }
}
