import Foundation
import Glibc
import Settings

/// nginx: running, and with a configuration that it accepts.
enum WebServerExamination {
    static func findings(_ values: SettingValues) -> [Finding] {
        guard let nginx = ForeignProgram.path(of: "nginx") else {
            return [
                .skipped("nginx", "it is not on this machine")
            ]
        }
        var findings: [Finding] = []
        if workers().isEmpty {
            findings.append(
                .failure("nginx", "it is not running", mend: "systemctl start nginx"))
        }
        guard geteuid() == 0 else {
            return findings + [.skipped("nginx", "only root can check its configuration")]
        }
        // Like -t, and shows what was read.
        guard let outcome = ForeignProgram.run(nginx, ["-T"], within: 20), outcome.status == 0
        else {
            findings.append(
                .failure("nginx", "it refuses its configuration", mend: "nginx -t tells why"))
            return findings
        }
        findings.append(.ok("nginx", "it accepts its configuration"))
        if values[LimitKeys.deviceCookie], !outcome.text.contains("$cookie_gatereeve_device") {
            findings.append(
                .warning(
                    "nginx", "it hands on no cookie of a device, which limits.device_cookie needs",
                    mend: "take over the line DEVICE_COOKIE of nginx/gatereeve-fastcgi.conf"))
        }
        return findings
    }

    /// A worker process of nginx: who it is.
    struct Worker {
        let user: uid_t
        let groups: [gid_t]
    }

    /// The workers of every nginx on this machine.
    ///
    /// Read from `/proc/*/status`, see proc(5).
    static func workers() -> [Worker] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.filter { $0.allSatisfy(\.isNumber) }.compactMap { process in
            guard
                let status = try? String(
                    contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
                status.hasPrefix("Name:\tnginx\n"),
                // One that has ended and is not yet waited for has no command line.
                !status.contains("\nState:\tZ"),
                let command = try? String(
                    contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                command.hasPrefix("nginx: worker process")
            else { return nil }
            func numbers(_ name: String) -> [UInt32] {
                let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
                return (line?.split(whereSeparator: \.isWhitespace).dropFirst() ?? [])
                    .compactMap { UInt32($0) }
            }
            // The second of four is the effective one.
            guard let user = numbers("Uid").dropFirst().first,
                let group = numbers("Gid").dropFirst().first
            else { return nil }
            return Worker(user: user, groups: [group] + numbers("Groups"))
        }
    }
}
