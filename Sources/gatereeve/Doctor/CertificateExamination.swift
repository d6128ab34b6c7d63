import Auth
import Foundation
import Settings

/// The certificate that people see at `public.origin`.
enum CertificateExamination {
    /// From how many days before its end a certificate is worth a warning.
    private static let warningDays: Int64 = 14

    static func findings(_ values: SettingValues) -> [Finding] {
        let origin = SettingsExamination.Origin(values)
        guard origin.isEncrypted else {
            return [.skipped("certificate", "public.origin is not https")]
        }
        guard let openssl = ForeignProgram.path(of: "openssl") else {
            return [.skipped("certificate", "the program openssl is not on this machine")]
        }
        let name = origin.host.trimmingCharacters(in: ["[", "]"])
        let isAddress = name.allSatisfy { $0.isNumber || $0 == "." } || name.contains(":")
        // The name is public.origin's, whose characters the settings restrict.
        let arguments =
            ["s_client", "-connect", "\(origin.host):\(origin.port)", "-showcerts"]
            + (isAddress
                ? ["-verify_ip", name] : ["-servername", name, "-verify_hostname", name])
        guard let outcome = ForeignProgram.run(openssl, arguments, within: 10),
            let certificate = certificate(in: outcome.text)
        else {
            return [
                .skipped("certificate", "\(origin.text) cannot be reached from this machine")
            ]
        }
        let problem = outcome.text.split(separator: "\n").last {
            $0.contains("Verify return code:")
        }
        let isTrusted = problem?.contains(": 0 (ok)") ?? false
        let trust: Finding =
            isTrusted
            ? .ok("certificate", "it is trusted and names \(name)")
            : .warning(
                "certificate",
                "clients refuse it: "
                    + (problem?.split(separator: "(").last?.dropLast() ?? "not verified"),
                mend: "see ssl_certificate in nginx; it needs the whole chain")
        return [trust, expiry(of: certificate, openssl)]
    }

    private static func certificate(in text: String) -> String? {
        guard let start = text.range(of: "-----BEGIN CERTIFICATE-----"),
            let end = text.range(of: "-----END CERTIFICATE-----")
        else { return nil }
        return String(text[start.lowerBound..<end.upperBound]) + "\n"
    }

    private static func expiry(of certificate: String, _ openssl: String) -> Finding {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("gatereeve-\(UUID().uuidString).pem")
        defer { try? FileManager.default.removeItem(at: file) }
        let now = Instant.now
        guard (try? Data(certificate.utf8).write(to: file)) != nil,
            let outcome = ForeignProgram.run(
                openssl,
                ["x509", "-in", file.path, "-noout", "-enddate", "-dateopt", "iso_8601"], within: 5),
            let end = end(in: outcome.text, now: now)
        else { return .skipped("certificate", "its end cannot be read") }
        let text = "it ends \(end.clockText(from: now))"
        if end <= now {
            return .failure("certificate", text, mend: "renew it, then systemctl reload nginx")
        }
        return end < now.advanced(seconds: warningDays * 86400)
            ? .warning("certificate", text, mend: "renew it, then systemctl reload nginx")
            : .ok("certificate", text)
    }

    /// `notAfter=2026-01-31 12:00:00Z`.
    private static func end(in text: String, now: Instant) -> Instant? {
        guard let value = text.split(separator: "\n").first(where: { $0.hasPrefix("notAfter=") })
        else { return nil }
        return Instant(typed: String(value.dropFirst("notAfter=".count)), now: now)
    }
}
