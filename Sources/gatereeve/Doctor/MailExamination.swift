import ArgumentParser
import SMTP
import Settings

/// The mail server: reached, trusted, and ready to take mail from us.
enum MailExamination {
    static func findings(_ values: SettingValues) -> [Finding] {
        let settings: SMTPSettings
        do {
            var patient = try SMTPSettings(values)
            patient.connectTimeout = 5000
            patient.totalTimeout = 10_000
            settings = patient
        } catch {
            return [
                .failure("mail", "mail.smtp_url names no server", mend: "see docs/mail.md")
            ]
        }
        let place = "\(settings.host):\(settings.port)"
        do throws(SMTPError) {
            try SMTPClient(settings).greet()
        } catch {
            return [
                .failure(
                    "mail", "\(place): \(error)",
                    mend: "see the section mail of the settings, and docs/mail.md")
            ]
        }
        var findings: [Finding] = [.ok("mail", "\(place) takes mail from us")]
        if values[MailKeys.from].hasSuffix("@localhost") {
            findings.append(
                .warning(
                    "mail", "mails come from \(values[MailKeys.from]), which nobody can answer",
                    mend: "set mail.from to an address of yours"))
        }
        return findings
    }
}
