import FastCGI
import Glibc
import Settings

/// The socket of the responder, and whether somebody answers there.
enum ResponderExamination {
    /// How long an answer may take, in seconds.
    private static let patience = 5

    static func findings(_ values: SettingValues) -> [Finding] {
        let path = values[ServerKeys.listen]
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            return [
                .failure(
                    "responder", "there is no socket \(path)",
                    mend: "systemctl start gatereeve.target, or see server.listen in the settings")
            ]
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else {
            return [
                .failure(
                    "responder", "\(path) is no socket",
                    mend: "remove it, then systemctl restart gatereeve.socket")
            ]
        }
        return [permissions(facts, path), answer(path)]
    }

    private static func permissions(_ facts: stat, _ path: String) -> Finding {
        let mode = facts.st_mode & 0o777
        guard mode & 0o002 == 0 else {
            return .warning(
                "socket",
                "everybody on this machine may connect to \(path) (mode \(String(mode, radix: 8)))",
                mend: "set server.socket_mode, or SocketMode= of gatereeve.socket, to 660")
        }
        let workers = WebServerExamination.workers()
        if workers.isEmpty {
            return .ok("socket", "\(path), mode \(String(mode, radix: 8))")
        }
        let fits = workers.contains { worker in
            worker.user == 0 || worker.user == facts.st_uid && mode & 0o200 != 0
                || worker.groups.contains(facts.st_gid) && mode & 0o020 != 0
        }
        return fits
            ? .ok("socket", "\(path), mode \(String(mode, radix: 8)); nginx may connect")
            : .failure(
                "socket", "nginx may not connect to \(path)",
                mend: "give the socket the group of nginx: SocketGroup= of gatereeve.socket")
    }

    private static func answer(_ path: String) -> Finding {
        do throws(Requester.Fault) {
            let status = try Requester.get("/health/ready", socket: path, timeout: patience)
            if status == 200 { return .ok("responder", "it answers and is ready") }
            return .failure(
                "responder", "it answers, but is not ready (status \(status))",
                mend: "see the database above, and journalctl -u 'gatereeve@*'")
        } catch {
            let (text, mend) =
                switch error {
                case .timeout:
                    (
                        "no answer within \(patience) seconds",
                        "see journalctl -u 'gatereeve@*'; systemctl restart gatereeve.target"
                    )
                case .system("connect", EACCES):
                    ("we may not connect to \(path)", "run this as root")
                case .system(let call, let number):
                    (
                        "\(path): \(call): \(String(cString: strerror(number)))",
                        "systemctl start gatereeve.target"
                    )
                case .pathLength: ("\(path) is too long for a socket", "see server.listen")
                case .malformed:
                    ("what answers at \(path) is no responder", "see server.listen")
                }
            return .failure("responder", text, mend: mend)
        }
    }
}
