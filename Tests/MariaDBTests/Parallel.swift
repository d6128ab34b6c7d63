import Foundation
import Synchronization

/// A place where threads wait until all of them have come.
final class Meeting: Sendable {
    private let condition = NSCondition()
    private let count = Atomic<Int>(0)

    func arriveAndWait(for number: Int) {
        condition.lock()
        defer { condition.unlock() }
        count.add(1, ordering: .relaxed)
        condition.broadcast()
        while count.load(ordering: .relaxed) < number { condition.wait() }
    }
}

/// Runs a body in several threads, does something itself and waits for all.
///
/// - Returns: What they threw.
func inParallel(
    _ number: Int, _ body: @escaping @Sendable (Int) throws -> Void,
    meanwhile: () -> Void = {}
) throws -> [any Error] {
    let failures = Mutex<[any Error]>([])
    let done = DispatchGroup()
    for index in 0..<number {
        done.enter()
        Thread.detachNewThread {
            defer { done.leave() }
            do {
                try body(index)
            } catch {
                failures.withLock { $0.append(error) }
            }
        }
    }
    meanwhile()
    done.wait()
    return failures.withLock { $0 }
}
