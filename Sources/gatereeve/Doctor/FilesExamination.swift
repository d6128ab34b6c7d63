import ArgumentParser
import Auth
import AuthAPI
import AuthMail
import Settings

/// What is read from files at start: templates, the list of common passwords.
enum FilesExamination {
    static func findings(_ values: SettingValues) -> [Finding] {
        var findings: [Finding] = []
        let mend = "see paths.share, paths.templates and passwords.common_list in the settings"
        do {
            _ = try PasswordRule(values)
        } catch {
            findings.append(
                .failure("files", "the list of common passwords cannot be read", mend: mend))
        }
        let share = values[PathKeys.share]
        do {
            _ = try MailTemplates(
                shipped: "\(share)/templates/mail", override: values.templateDirectory("mail"))
            _ = try Pages(
                shipped: "\(share)/templates/pages", override: values.templateDirectory("pages"))
        } catch {
            findings.append(.failure("files", "a template has a fault: \(error)", mend: mend))
        }
        return findings.isEmpty
            ? [.ok("files", "templates and list of common passwords are there")] : findings
    }
}
