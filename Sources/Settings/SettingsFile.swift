import Yams

/// The settings file, flattened: sections of keys in YAML.
struct SettingsFile {
    let path: String
    private(set) var texts: [String: String] = [:]
    private(set) var userFields: [UserFieldDeclaration] = []

    init(_ file: (path: String, text: String)?, faults: inout [SettingFault]) {
        path = file?.path ?? ""
        guard let file else { return }
        let root: Node?
        do {
            root = try Yams.compose(yaml: file.text)
        } catch {
            let place = (error as? YamlError)?.place ?? "it cannot be read"
            faults.append(SettingFault(file.path, "is not YAML: \(place)"))
            return
        }
        guard let root, root.null == nil else { return }
        guard let sections = root.mapping else {
            faults.append(SettingFault(file.path, "must hold sections, such as `tokens:`"))
            return
        }
        for (section, content) in sections {
            read(section.string ?? "", content, &faults)
        }
    }

    private mutating func read(_ section: String, _ content: Node, _ faults: inout [SettingFault]) {
        guard content.null == nil || content.mapping != nil else { return }
        guard let members = content.mapping else {
            faults.append(SettingFault(section, "must be a section of keys"))
            return
        }
        for (name, value) in members {
            let key = "\(section).\(name.string ?? "")"
            if key == "user.fields" {
                userFields = UserFieldReader.read(value, &faults)
            } else if !AllSettings.definitions.contains(where: { $0.key == key }) {
                faults.append(SettingFault(key, "there is no such setting (in \(path))"))
            } else if let text = SettingsFile.text(of: value) {
                texts[key] = text
            } else {
                faults.append(SettingFault(key, "must be one value or a list of values"))
            }
        }
    }

    private static func text(of value: Node) -> String? {
        if let list = value.sequence {
            let texts = list.compactMap(\.string)
            return texts.count == list.count ? texts.joined(separator: ",") : nil
        }
        return value.null != nil ? "" : value.string
    }
}

extension YamlError {
    /// What is wrong and where; its own description shows the line, which may hold a secret.
    fileprivate var place: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) (line \(mark.line), column \(mark.column))"
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping(let names, let context):
            "\(names.sorted().joined(separator: ", ")) stands twice "
                + "(in what begins at line \(context.mark.line))"
        default: "it cannot be read"
        }
    }
}

/// Reads `user.fields`: a mapping from names to properties.
enum UserFieldReader {
    static func read(_ node: Node, _ faults: inout [SettingFault]) -> [UserFieldDeclaration] {
        guard let fields = node.mapping else {
            faults.append(SettingFault("user.fields", "must map names to properties"))
            return []
        }
        var declarations: [UserFieldDeclaration] = []
        for (name, properties) in fields {
            if let declaration = declaration(name.string ?? "", properties, &faults) {
                declarations.append(declaration)
            }
        }
        return declarations
    }

    private static func declaration(
        _ name: String, _ node: Node, _ faults: inout [SettingFault]
    ) -> UserFieldDeclaration? {
        let key = "user.fields.\(name)"
        guard isColumnName(name), !UserFieldDeclaration.reservedNames.contains(name) else {
            faults.append(
                SettingFault(
                    key,
                    "cannot be a field: use 1 to 63 of a-z, 0-9 and _, beginning with a letter, and "
                        + "no name that the service itself uses"))
            return nil
        }
        guard let properties = node.mapping,
            let kind = (properties["type"]?.string).flatMap(UserFieldDeclaration.Kind.init)
        else {
            faults.append(SettingFault("\(key).type", "must be \(allowed("type"))"))
            return nil
        }
        var declaration = UserFieldDeclaration(name: name, kind: kind)
        var isGood = true
        for (property, value) in properties {
            let property = property.string ?? ""
            if !set(property, value, of: &declaration) {
                isGood = false
                let isKnown = UserFieldDeclaration.properties.contains { $0.name == property }
                faults.append(
                    SettingFault(
                        "\(key).\(property)",
                        isKnown ? "must be \(allowed(property))" : "there is no such property"))
            }
        }
        if declaration.isRequired, !declaration.isSetAtRegistration {
            isGood = false
            faults.append(
                SettingFault("\(key).required", "cannot be true when at_registration is false"))
        }
        if declaration.lengthMinimum > declaration.lengthMaximum
            || declaration.minimum > declaration.maximum
        {
            isGood = false
            faults.append(SettingFault(key, "has a minimum above its maximum"))
        }
        return isGood ? declaration : nil
    }

    private static func set(
        _ property: String, _ value: Node, of declaration: inout UserFieldDeclaration
    ) -> Bool {
        func assign<Value>(_ target: WritableKeyPath<UserFieldDeclaration, Value>, _ new: Value?)
            -> Bool
        {
            guard let new else { return false }
            declaration[keyPath: target] = new
            return true
        }
        let number = value.int
        switch property {
        case "type": return true
        case "required": return assign(\.isRequired, value.bool)
        case "at_registration": return assign(\.isSetAtRegistration, value.bool)
        case "in_access_token": return assign(\.isInAccessToken, value.bool)
        case "length_minimum": return assign(\.lengthMinimum, number.flatMap { $0 >= 0 ? $0 : nil })
        case "length_maximum":
            return assign(\.lengthMaximum, number.flatMap { (1...65535).contains($0) ? $0 : nil })
        case "minimum": return assign(\.minimum, number.map(Int64.init))
        case "maximum": return assign(\.maximum, number.map(Int64.init))
        case "pattern":
            guard let text = value.string, (try? Regex<AnyRegexOutput>(text)) != nil else {
                return false
            }
            return assign(\.pattern, text)
        default: return false
        }
    }

    private static func isColumnName(_ name: String) -> Bool {
        guard (1...63).contains(name.utf8.count), let first = name.utf8.first,
            (0x61...0x7A).contains(first)
        else { return false }
        return name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private static func allowed(_ property: String) -> String {
        UserFieldDeclaration.properties.first { $0.name == property }?.allowed ?? ""
    }
}
