/// Passwords that are tried first by whoever tries any.
public struct CommonPasswordList: Sendable {
    /// The lines of the file, sorted by their bytes.
    private let text: [UInt8]

    /// Takes a file: one password in lower case on each line, sorted by bytes, each line ended.
    ///
    /// The bytes are searched as they are: a set of the lines would cost ten times the memory and
    /// time at each start.
    ///
    /// - Returns: Nil when the lines are not sorted or the last one has no end.
    public init?(contentsOf text: [UInt8]) {
        guard text.isEmpty || text.last == 0x0A else { return nil }
        var previous = 0..<0
        var start = 0
        while start < text.count {
            var end = start
            while text[end] != 0x0A { end += 1 }
            if start < end {
                guard
                    previous.isEmpty
                        || text[previous].lexicographicallyPrecedes(text[start..<end])
                else { return nil }
                previous = start..<end
            }
            start = end + 1
        }
        self.text = text
    }

    /// Whether a password is in the list, whatever its case and the white space around it.
    public func contains(_ password: Password) -> Bool {
        let wanted = Array(password.text.lowercased().trimmingPythonSpace().utf8)
        guard !wanted.isEmpty, wanted.count <= 64 else { return false }
        var low = 0
        var high = text.count
        while low < high {
            let middle = (low + high) / 2
            let start = (text[..<middle].lastIndex(of: 0x0A) ?? -1) + 1
            let end = text[middle...].firstIndex(of: 0x0A) ?? text.count
            let line = text[start..<end]
            if line.elementsEqual(wanted) { return true }
            if line.lexicographicallyPrecedes(wanted) {
                low = end + 1
            } else {
                high = start
            }
        }
        return false
    }
}
