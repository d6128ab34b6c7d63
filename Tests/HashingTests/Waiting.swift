import Testing
import Threading

/// Waits for a condition; that it does not come within a minute is a failure.
func wait(until condition: () -> Bool) {
    let deadline = MonotonicTime.now.advanced(milliseconds: 60_000)
    let pause = StopSignal()
    while !condition(), MonotonicTime.now < deadline { _ = pause.wait(milliseconds: 1) }
    #expect(condition())
}
