extension StringProtocol {
    /// Without the white space around it, as Python's `str.strip` defines white space.
    ///
    /// The replaced system trims text fields so; four control characters count, too.
    public func trimmingPythonSpace() -> String {
        // Nearly every text begins and ends with a visible ASCII character.
        if let first = utf8.first, let last = unicodeScalars.last,
            (0x21..<0x7F).contains(first), (0x21..<0x7F).contains(last.value)
        {
            return String(self)
        }
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.isPythonSpace { scalars.removeFirst() }
        while let last = scalars.last, last.isPythonSpace { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension Unicode.Scalar {
    fileprivate var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
            0x205F, 0x3000:
            true
        default: false
        }
    }
}
