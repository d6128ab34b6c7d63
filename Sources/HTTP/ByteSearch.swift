extension [UInt8] {
    /// Where a pattern begins and ends for the first time at or after a place; nil if nowhere.
    ///
    /// The search of the standard library (`firstRange(of:)`) is generic code that takes a hundred
    /// times as long on bytes.
    ///
    /// - Parameters:
    ///   - pattern: The bytes to find, at least one.
    ///   - start: Where to begin, at least 0.
    public func firstRange(of pattern: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = pattern.first, start >= 0, count >= pattern.count else { return nil }
        var index = start
        while index + pattern.count <= count {
            if self[index] == first, self[index..<index + pattern.count].elementsEqual(pattern) {
                return index..<index + pattern.count
            }
            index += 1
        }
        return nil
    }
}
