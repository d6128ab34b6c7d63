import AuthStore
import Glibc
import MariaDB
import Settings

extension ConnectionSettings {
    /// The connection of the service.
    init(_ values: SettingValues) {
        self.init(values, user: values[DatabaseKeys.user], password: values[DatabaseKeys.password])
    }

    /// The connection of `gatereeve migrate`, whose account may change the schema.
    init(forMigrations values: SettingValues) {
        let user = values[DatabaseKeys.migrateUser]
        if user.isEmpty {
            self.init(values)
        } else {
            self.init(values, user: user, password: values[DatabaseKeys.migratePassword])
        }
    }

    /// The connection of commands for administrators, who may do more than the service.
    ///
    /// The account that may change the schema, if we have its password or are its system user; else
    /// root of this machine, whom MariaDB knows by the system user; else the account of the service.
    init(forAdministration values: SettingValues) {
        let owner = values[DatabaseKeys.migrateUser]
        let isOwner = !values[DatabaseKeys.migratePassword].isEmpty || owner == SystemUser.name
        if !owner.isEmpty, isOwner {
            self.init(forMigrations: values)
        } else if geteuid() == 0, !values[DatabaseKeys.socket].isEmpty,
            values[DatabaseKeys.password].isEmpty
        {
            self.init(values, user: "root", password: "")
        } else {
            self.init(values)
        }
    }

    /// The connection of `gatereeve setup`, to no database in particular.
    ///
    /// It is root of this machine, whom MariaDB knows by the system user.
    init(forSetup values: SettingValues) {
        self.init(values, user: "root", password: "")
        database = nil
    }

    /// The same with a database.
    func using(_ name: DatabaseName) -> Self {
        var copy = self
        copy.database = name.description
        return copy
    }

    private init(_ values: SettingValues, user: String, password: String) {
        let socket = values[DatabaseKeys.socket]
        let server: Server =
            socket.isEmpty
            ? .address(
                host: values[DatabaseKeys.host].isEmpty ? "127.0.0.1" : values[DatabaseKeys.host],
                port: UInt16(values[DatabaseKeys.port]))
            : .socket(path: socket)
        let authorityFile = values[DatabaseKeys.authorityFile]
        self.init(
            server: server, user: user, password: DatabasePassword(password),
            database: values[DatabaseKeys.name],
            authorityFile: socket.isEmpty && !authorityFile.isEmpty ? authorityFile : nil)
        connectTimeout = UInt32(values[DatabaseKeys.connectTimeout])
        readTimeout = UInt32(values[DatabaseKeys.readTimeout])
        writeTimeout = UInt32(values[DatabaseKeys.readTimeout])
        readsAcrossNodes = values[DatabaseKeys.readsAcrossNodes]
    }
}

/// The account of this process in the system.
enum SystemUser {
    /// Its name, or `uid` and its number.
    static var name: String {
        guard let entry = getpwuid(geteuid()) else { return "uid \(geteuid())" }
        return String(cString: entry.pointee.pw_name)
    }
}
