public import Auth
import JSON

/// What is wrong with the fields of a body: sentences for each field, in the order of the fields.
struct FieldErrors {
    private var members: [(field: String, sentences: [String])] = []

    var isEmpty: Bool { members.isEmpty }

    /// Adds sentences to a field; none changes nothing.
    mutating func add(_ sentences: [String], to field: String) {
        guard !sentences.isEmpty else { return }
        if let index = members.firstIndex(where: { $0.field == field }) {
            members[index].sentences += sentences
        } else {
            members.append((field, sentences))
        }
    }

    /// The same errors in the order of the given fields.
    func ordered(by fields: [String]) -> FieldErrors {
        var ordered = FieldErrors()
        for field in fields {
            for member in members where member.field == field {
                ordered.add(member.sentences, to: field)
            }
        }
        return ordered
    }

    var body: JSONObject {
        JSONObject(members.map { .init($0.field, .array($0.sentences.map { .string($0) })) })
    }
}

/// The sentences of Django REST Framework and of Django's validators.
enum Sentence {
    static let required = "This field is required."
    static let null = "This field may not be null."
    static let blank = "This field may not be blank."
    static let notText = "Not a valid string."
    static let nullCharacter = "Null characters are not allowed."
    static let invalidEmail = "Enter a valid email address."
    static let invalidLink = "Invalid or expired token."
    static let wrongPassword = "Wrong password."

    static func tooLong(_ maximum: Int) -> String {
        "Ensure this field has no more than \(maximum) characters."
    }

    static func surrogate(_ half: UInt16) -> String {
        "Surrogate characters are not allowed: U+\(String(half, radix: 16, uppercase: true))."
    }
}

extension Registration.UsernameFault {
    /// What a client is told.
    public var sentence: String {
        switch self {
        case .invalid:
            "Enter a valid username. This value may contain only letters, numbers, "
                + "and @/./+/-/_ characters."
        case .taken: "A user with that username already exists."
        case .tooLong: Sentence.tooLong(Username.lengthLimit)
        case .nullCharacter: Sentence.nullCharacter
        }
    }
}

extension Registration.EmailFault {
    /// What a client is told.
    public var sentence: String {
        switch self {
        case .taken: "user with this email already exists."
        case .tooLong: Sentence.tooLong(EmailAddress.lengthLimit)
        case .nullCharacter: Sentence.nullCharacter
        case .invalid: Sentence.invalidEmail
        }
    }
}

extension PasswordFault {
    /// What a client is told.
    public var sentence: String {
        switch self {
        case .tooSimilar(.username): "The password is too similar to the username."
        case .tooSimilar(.email): "The password is too similar to the email address."
        case .tooShort(let minimum):
            "This password is too short. It must contain at least \(minimum) "
                + (minimum == 1 ? "character." : "characters.")
        case .tooCommon: "This password is too common."
        case .entirelyNumeric: "This password is entirely numeric."
        case .tooLong(let maximum): Sentence.tooLong(maximum)
        case .nullCharacter: Sentence.nullCharacter
        }
    }
}
