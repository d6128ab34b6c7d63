/// `database`: where the data is.
public enum DatabaseKeys {
    /// See the meaning of each.
    public static let socket = Setting.path(
        "database.socket", standard: "/run/mysqld/mysqld.sock",
        "The unix socket of MariaDB. Empty: TCP to `database.host`.")
    /// See the meaning of each.
    public static let host = Setting.text(
        "database.host", standard: "", "The host of MariaDB when `database.socket` is empty.")
    /// See the meaning of each.
    public static let port = Setting.integer(
        "database.port", 1...65535, standard: 3306, "The TCP port of MariaDB.")
    /// See the meaning of each.
    public static let name = Setting.text(
        "database.name", allowed: "name of 1 to 64 characters", standard: "gatereeve",
        "The database."
    ) { (1...64).contains($0.count) }
    /// See the meaning of each.
    public static let user = Setting.text(
        "database.user", standard: "gatereeve", "The account of the service in MariaDB.")
    /// See the meaning of each.
    public static let password = Setting.text(
        "database.password", standard: "", isSecret: true,
        "Its password. Empty: MariaDB knows the account by its system user (`unix_socket`).")
    /// See the meaning of each.
    public static let migrateUser = Setting.text(
        "database.migrate_user", standard: "",
        "The account that `gatereeve migrate` uses; it may change the schema. Empty: the one above."
    )
    /// See the meaning of each.
    public static let migratePassword = Setting.text(
        "database.migrate_password", standard: "", isSecret: true, "The password of that account.")
    /// See the meaning of each.
    public static let authorityFile = Setting.path(
        "database.ca_file", standard: "",
        "Certificates that sign the server's, in PEM. Given: TCP is encrypted and the server checked."
    )
    /// See the meaning of each.
    public static let connectTimeout = Setting.integer(
        "database.connect_timeout", 1...30, unit: "seconds", standard: 2,
        "How long connecting may take.")
    /// See the meaning of each.
    public static let readTimeout = Setting.integer(
        "database.read_timeout", 1...30, unit: "seconds", standard: 2,
        "How long the answer to a statement may take.")
    /// See the meaning of each.
    public static let readsAcrossNodes = Setting.boolean(
        "database.reads_across_nodes", standard: true,
        "Whether a read in a Galera cluster waits until its node knows what was committed on the "
            + "others: what was ended on one is then ended on all. Without a cluster it costs "
            + "nothing; `false` is for a MariaDB that was built without Galera.")

    static let all = [
        socket.definition, host.definition, port.definition, name.definition, user.definition,
        password.definition, migrateUser.definition, migratePassword.definition,
        authorityFile.definition, connectTimeout.definition, readTimeout.definition,
        readsAcrossNodes.definition,
    ]
}

/// `mail`: how mails leave.
public enum MailKeys {
    /// See the meaning of each.
    public static let smtpURL = Setting.text(
        "mail.smtp_url",
        allowed: "`smtp://host:port` or `smtps://host:port`, see [mail.md](mail.md)",
        // It may carry a password, though that is better kept elsewhere.
        standard: "smtp://127.0.0.1:25", isSecret: true,
        "The mail server. `smtp` uses STARTTLS but for this machine itself; `smtps` is TLS at once."
    ) { $0.hasPrefix("smtp://") || $0.hasPrefix("smtps://") }
    /// See the meaning of each.
    public static let smtpUser = Setting.text(
        "mail.smtp_user", standard: "", "The account at the mail server. Empty: none.")
    /// See the meaning of each.
    public static let smtpPassword = Setting.text(
        "mail.smtp_password", standard: "", isSecret: true, "Its password.")
    /// See the meaning of each.
    public static let authorityFile = Setting.path(
        "mail.ca_file", standard: "",
        "Certificates that sign the mail server's, in PEM. Empty: those of the system.")
    /// See the meaning of each.
    public static let from = Setting.text(
        "mail.from", allowed: "address, `name@example.org`", standard: "no-reply@localhost",
        "The sender of mails; gets those that test the mail server after a fault, see [mail.md](mail.md)."
    ) { $0.contains("@") && !$0.unicodeScalars.contains { $0.value <= 0x20 } }
    /// See the meaning of each.
    public static let pollInterval = Setting.integer(
        "mail.poll_interval", 100...60000, unit: "milliseconds", standard: 1000,
        "How often the mailer looks for new mail.")

    /// See the meaning of each.
    public static let passwordChangedNotice = Setting.boolean(
        "mail.password_changed_notice", standard: true,
        "Whether a user is told by mail that the password was changed, by a reset or by an "
            + "administrator. The mail has no link.")

    static let all = [
        smtpURL.definition, smtpUser.definition, smtpPassword.definition, authorityFile.definition,
        from.definition, pollInterval.definition, passwordChangedNotice.definition,
    ]
}

/// `server`: the FastCGI responder.
public enum ServerKeys {
    /// See the meaning of each.
    public static let listen = Setting.path(
        "server.listen", standard: "/run/gatereeve/gatereeve.sock",
        "The unix socket that nginx connects to. Not used when descriptor 0 is a listening socket, "
            + "as under systemd.")
    /// See the meaning of each.
    public static let socketMode = Setting(
        "server.socket_mode", allowed: "octal permissions, `600` to `777`", standard: "660",
        "The permissions of that socket; nginx must be in its group."
    ) { text -> Int? in Int(text, radix: 8).flatMap { (0o600...0o777).contains($0) ? $0 : nil } }
    /// See the meaning of each.
    public static let backlog = Setting.integer(
        "server.backlog", 16...65535, standard: 4096,
        "How many connections may wait to be accepted; `net.core.somaxconn` bounds it.")
    /// See the meaning of each.
    public static let workers = Setting.integer(
        "server.workers", 0...256, standard: 0,
        "How many requests are answered at the same time, those that wait for a password hash not "
            + "counted. Each worker has a database connection. 0: two for each core, at least 8; a "
            + "database that is far away wants more.")

    /// See the meaning of each.
    public static let metricsDirectory = Setting.path(
        "server.metrics_directory", standard: "",
        "A folder that all instances share for their counters, so that `/metrics` of any of them "
            + "shows the sum. Empty: each shows its own, from its start.")
    /// See the meaning of each.
    public static let instance = Setting.text(
        "server.instance", allowed: "1 to 32 letters, digits, `-` and `_`", standard: "1",
        "The name of this instance, unlike those of the others."
    ) { name in
        (1...32).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                        || $0 == "-" || $0 == "_")
            }
    }

    static let all = [
        listen.definition, socketMode.definition, backlog.definition, workers.definition,
        metricsDirectory.definition, instance.definition,
    ]
}

/// `limits`: throttling in the service itself.
public enum LimitKeys {
    /// See the meaning of each.
    public static let isEnabled = Setting.boolean(
        "limits.enabled", standard: true,
        "Whether the service throttles. Off only for tests: nginx's limits are a ring of their own."
    )

    /// See the meaning of each.
    public static let loginFailuresPerAccount = Setting.integer(
        "limits.login_failures_per_account", 1...80, standard: 50,
        "Failed logins of one account in an hour; further ones get 429. Networks from which its "
            + "owner logged in within 30 days are let through up to 90.")
    /// See the meaning of each.
    public static let deviceCookie = Setting.boolean(
        "limits.device_cookie", standard: false,
        "Whether a login leaves a cookie by which the browser has tries of its own for 30 days, up to "
            + "100 failures of the account in an hour: nobody else can use them up. Networks are not "
            + "known then. For front ends on the service's own origin.")
    /// See the meaning of each.
    public static let loginFailuresPerNetwork = Setting.integer(
        "limits.login_failures_per_network", 1...100_000, standard: 200,
        "Failed logins from one IPv4 address or IPv6 /64 in an hour; further logins get 429.")
    /// See the meaning of each.
    public static let resetMailsPerAccount = Setting.integer(
        "limits.reset_mails_per_account", 1...1000, standard: 5,
        "Password-reset mails to one account in an hour; further requests get the same answer and "
            + "no mail.")
    /// See the meaning of each.
    public static let resetMailsPerNetwork = Setting.integer(
        "limits.reset_mails_per_network", 1...100_000, standard: 50,
        "Password-reset mails that one IPv4 address or IPv6 /64 causes in an hour, as above. Of ten times as "
            + "many requests, for whatever address, nothing is written down any more.")
    /// See the meaning of each.
    public static let registrationsPerNetwork = Setting.integer(
        "limits.registrations_per_network", 1...100_000, standard: 100,
        "Registrations from one IPv4 address or IPv6 /64 in an hour; further ones get 429.")

    static let all = [
        isEnabled.definition, loginFailuresPerAccount.definition, deviceCookie.definition,
        loginFailuresPerNetwork.definition, resetMailsPerAccount.definition,
        resetMailsPerNetwork.definition, registrationsPerNetwork.definition,
    ]
}

/// `paths`: where files are.
public enum PathKeys {
    /// See the meaning of each.
    public static let share = Setting.path(
        "paths.share", standard: "/usr/share/gatereeve",
        "What is shipped: templates, the list of common passwords.")
    /// See the meaning of each.
    public static let migrations = Setting.path(
        "paths.migrations", standard: "/usr/share/gatereeve/migrations", "The shipped migrations.")
    /// See the meaning of each.
    public static let siteMigrations = Setting.path(
        "paths.site_migrations", standard: "/etc/gatereeve/migrations",
        "Migrations of your own, for custom user fields. The folder need not exist.")
    /// See the meaning of each.
    public static let templates = Setting.path(
        "paths.templates", standard: "/etc/gatereeve/templates",
        "Templates of your own; a file there wins over the shipped one of the same name. The folder "
            + "need not exist.")

    static let all = [
        share.definition, migrations.definition, siteMigrations.definition, templates.definition,
    ]
}

/// `log`: what is written to standard error.
public enum LogKeys {
    /// See the meaning of each.
    public static let level = Setting.choice(
        "log.level", ["debug", "info", "notice", "warning", "error"], standard: "info",
        "What is logged: this and everything graver. `info` has a line for each request.")
    /// See the meaning of each.
    public static let format = Setting.choice(
        "log.format", ["json", "text"], standard: "json", "One JSON object for each line, or text.")

    static let all = [level.definition, format.definition]
}
