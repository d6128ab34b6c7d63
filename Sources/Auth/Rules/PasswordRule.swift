/// What a new password must be.
public struct PasswordPolicy: Sendable {
    /// The fewest characters, counted in Unicode scalars.
    ///
    /// Default 8, range 1 to 64.
    public var lengthMinimum = 8
    /// The most characters, counted in Unicode scalars; all of them count.
    ///
    /// Default 128, range 64 to 1024.
    public var lengthMaximum = 128

    /// The defaults.
    public init() {}
}

/// Why a text is not taken as a password.
public enum PasswordFault: Hashable, Sendable {
    /// It resembles something that others know about the account.
    case tooSimilar(Attribute)
    /// It has fewer characters than this.
    case tooShort(minimum: Int)
    /// It is one of the passwords that are tried first.
    case tooCommon
    /// It has only digits.
    case entirelyNumeric
    /// It has more characters than this.
    case tooLong(maximum: Int)
    /// It holds U+0000.
    case nullCharacter

    /// What it resembles.
    public enum Attribute: Hashable, Sendable {
        /// The user name.
        case username
        /// The e-mail address.
        case email
    }
}

/// Judges new passwords.
public struct PasswordRule: Sendable {
    private let policy: PasswordPolicy
    private let commonPasswords: CommonPasswordList

    /// - Parameters:
    ///   - policy: Lengths.
    ///   - commonPasswords: What is refused as too common.
    public init(policy: PasswordPolicy, commonPasswords: CommonPasswordList) {
        self.policy = policy
        self.commonPasswords = commonPasswords
    }

    /// All faults of a password, in the order in which they are told.
    ///
    /// - Parameters:
    ///   - password: As typed.
    ///   - username: The name of the account, nil when it is not known yet.
    ///   - email: The address of the account, nil when it is not known yet.
    public func faults(of password: Password, username: String?, email: String?) -> [PasswordFault]
    {
        var faults: [PasswordFault] = []
        if let username, isSimilar(password.text, to: username) {
            faults.append(.tooSimilar(.username))
        } else if let email, isSimilar(password.text, to: email) {
            faults.append(.tooSimilar(.email))
        }
        if password.length < policy.lengthMinimum {
            faults.append(.tooShort(minimum: policy.lengthMinimum))
        }
        if commonPasswords.contains(password) { faults.append(.tooCommon) }
        if password.isEntirelyNumeric { faults.append(.entirelyNumeric) }
        if password.length > policy.lengthMaximum {
            faults.append(.tooLong(maximum: policy.lengthMaximum))
        }
        if password.text.unicodeScalars.contains("\0") { faults.append(.nullCharacter) }
        return faults
    }

    /// As many scalars as an address has at most.
    private static let longestAttribute = 254

    /// Whether a password shares most characters with an attribute or with one of its words.
    ///
    /// The measure is Django's: twice the number of shared characters, whatever their order, over the
    /// sum of the lengths, at 0.7 or more.
    private func isSimilar(_ password: String, to attribute: String) -> Bool {
        // Texts of any length are judged by their first part: the measure is for short ones, and an
        // attribute need not have been found good.
        let password = Array(password.lowercased().unicodeScalars.prefix(1024))
        let attribute = Array(attribute.lowercased().unicodeScalars.prefix(Self.longestAttribute))
        let words = attribute.split { !$0.isWordCharacter }.map(Array.init)
        return (words + [attribute]).contains { part in
            guard !part.isEmpty, password.count < 10 * part.count else { return false }
            var available: [Unicode.Scalar: Int] = [:]
            for scalar in part { available[scalar, default: 0] += 1 }
            var shared = 0
            for scalar in password {
                if let count = available[scalar], count > 0 {
                    available[scalar] = count - 1
                    shared += 1
                }
            }
            return Double(2 * shared) >= 0.7 * Double(password.count + part.count)
        }
    }
}

extension Password {
    fileprivate var isEntirelyNumeric: Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.properties.numericType == .decimal || $0.properties.numericType == .digit
            }
    }
}

extension Unicode.Scalar {
    fileprivate var isWordCharacter: Bool {
        self == "_" || properties.isAlphabetic || properties.numericType != nil
    }
}
