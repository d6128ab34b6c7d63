import TextForms

/// A name that an account can have.
public struct Username: Hashable, Sendable {
    /// The most characters, counted in Unicode scalars.
    public static let lengthLimit = 150

    /// The name in NFKC, as it is stored and shown.
    public let text: String
    /// The form that is compared: NFKC with case folded.
    public let key: String

    /// Takes a name: 1 to 150 letters, digits and `@ . + - _`.
    ///
    /// - Parameter typed: The name as the person typed it, trimmed.
    /// - Returns: Nil when a character is not allowed, before or after normalisation, and when none of
    ///   them shows, as with Hangul fillers.
    public init?(_ typed: String) {
        guard Username.isWellFormed(typed), let text = UnicodeForm.nfkc(typed),
            Username.isWellFormed(text), text.unicodeScalars.count <= Username.lengthLimit,
            let key = Username.key(of: typed), !key.isEmpty
        else { return nil }
        self.text = text
        self.key = key
    }

    /// The longest text, in bytes, that can name an account: a character typed in its parts has nine at
    /// most, as a syllable of Hangul does; some rare letters have more, and their names are refused.
    static let longestTyped = 9 * lengthLimit

    /// The compared form of anything a person types to log in; nil when it has none, or is longer than any
    /// name.
    ///
    /// To put marks in order takes time with the square of their number, and anybody may send 64 KiB of them.
    public static func key(of typed: String) -> String? {
        typed.utf8.count <= longestTyped ? UnicodeForm.nfkcCaseFolded(typed) : nil
    }

    /// Python's `[\w.@+-]+`, which the replaced system uses: letters, numbers and the marks named.
    private static func isWellFormed(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "@", ".", "+", "-", "_": true
                case _ where scalar.isASCII: false
                default:
                    switch scalar.properties.generalCategory {
                    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                        .otherLetter, .decimalNumber, .letterNumber, .otherNumber:
                        true
                    default: false
                    }
                }
            }
    }
}
