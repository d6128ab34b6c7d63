import Threading

/// Waits until a condition holds; false when it does not come to that within 20 seconds.
func becomesTrue(_ condition: () -> Bool) -> Bool {
    let deadline = MonotonicTime.now.advanced(milliseconds: 20000)
    let pause = StopSignal()
    while !condition() {
        guard MonotonicTime.now < deadline else { return false }
        _ = pause.wait(milliseconds: 1)
    }
    return true
}
