import Auth
import HTTP
import HTTPTypes
import JSON

/// The fields of a body, whatever of the three content types it came in.
enum BodyFields {
    case json(JSONObject)
    case form([FormField])

    /// Reads a body.
    ///
    /// - Throws: 415 for another content type, 400 for a body that is not what its type says.
    init(_ body: [UInt8], contentType: String?) throws(Problem) {
        // Without a body there is no content whose type could be wrong.
        guard !body.isEmpty else {
            self = .form([])
            return
        }
        let media = MediaType(parsing: contentType ?? "")
        switch media.name {
        case "application/json":
            self = .json(try BodyFields.object(of: body))
        case "application/x-www-form-urlencoded":
            guard let fields = FormReader.read(body) else {
                throw Problem(.badRequest, detail: "Form parse error - Too many fields.")
            }
            self = .form(fields)
        case "multipart/form-data":
            self = .form(try BodyFields.multipart(body, boundary: media.parameters["boundary"]))
        default:
            throw .unsupportedMediaType(contentType ?? "")
        }
    }

    private static func multipart(
        _ body: [UInt8], boundary: String?
    ) throws(Problem) -> [FormField] {
        do throws(MultipartReader.Fault) {
            return try MultipartReader.read(body, boundary: boundary ?? "")
        } catch {
            let reason =
                switch error {
                case .boundary: "Invalid boundary in multipart: \(boundary ?? "None")"
                case .malformed: "Malformed multipart body."
                }
            throw Problem(.badRequest, detail: "Multipart form parse error - \(reason)")
        }
    }

    private static func object(of body: [UInt8]) throws(Problem) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONReader.read(body)
        } catch {
            throw Problem(.badRequest, detail: "JSON parse error - \(error)")
        }
        let type: String
        switch value {
        case .object(let object): return object
        case .null: throw notAnObject("No data provided")
        case .array: type = "list"
        case .string, .unpairedSurrogate: type = "str"
        case .boolean: type = "bool"
        case .number(let number): type = number.isInteger ? "int" : "float"
        }
        throw notAnObject("Invalid data. Expected a dictionary, but got \(type).")
    }

    private static func notAnObject(_ sentence: String) -> Problem {
        var errors = FieldErrors()
        errors.add([sentence], to: "non_field_errors")
        return .invalid(errors)
    }

    /// The value of a field; of a form's fields with the same name the last one counts.
    subscript(name: String) -> JSONValue? {
        switch self {
        case .json(let object): object[name]
        case .form(let fields): fields.last { $0.name == name }.map { .string($0.value) }
        }
    }

    /// The text of a field that must have one.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - notText: What is said of a value that is no text.
    ///   - trims: Whether white space around it is cut; without it is judged all the same.
    ///   - errors: Where a fault is added.
    /// - Returns: Nil when a fault was added.
    func text(
        _ name: String, trims: Bool = true, notText: String = Sentence.notText,
        into errors: inout FieldErrors
    ) -> String? {
        let text: String
        switch self[name] {
        case nil:
            errors.add([Sentence.required], to: name)
            return nil
        case .null:
            errors.add([Sentence.null], to: name)
            return nil
        case .string(let string): text = string
        // Numbers are taken as text, as the replaced system takes them.
        case .number(let number): text = number.pythonText
        case .unpairedSurrogate(let half):
            errors.add([Sentence.surrogate(half)], to: name)
            return nil
        case .boolean, .array, .object:
            errors.add([notText], to: name)
            return nil
        }
        let trimmed = text.trimmingPythonSpace()
        guard !trimmed.isEmpty else {
            errors.add([Sentence.blank], to: name)
            return nil
        }
        return trims ? trimmed : text
    }

    /// The text of a field as above, without U+0000.
    func plainText(_ name: String, trims: Bool = true, into errors: inout FieldErrors) -> String? {
        guard let text = text(name, trims: trims, into: &errors) else { return nil }
        guard !text.hasNullCharacter else {
            errors.add([Sentence.nullCharacter], to: name)
            return nil
        }
        return text
    }
}

extension String {
    /// Whether U+0000 is in it.
    ///
    /// Every byte is looked at, which the compiler does many at a time.
    fileprivate var hasNullCharacter: Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            bytes.reduce(UInt8.max) { min($0, $1) } == 0
        } ?? utf8.contains(0)
    }
}

extension JSONNumber {
    /// What Python's `str` makes of the number.
    var pythonText: String {
        guard isInteger else { return double.description }
        return text == "-0" ? "0" : text
    }
}
