internal import CMariaDB
internal import Glibc

/// How a connection is opened.
extension Connection {
    /// The ways to log in that prove to know the password and do not tell it: others a server must not be
    /// able to ask for.
    private static let provingAuthentication = "mysql_native_password,client_ed25519,parsec"

    /// Sets what libmariadb must know before it connects.
    static func configure(
        _ handle: UnsafeMutablePointer<MYSQL>, with settings: ConnectionSettings,
        connectingWithin limit: Duration
    ) {
        unsafe WaitLimit.govern(handle)
        let seconds = limit.components.seconds + (limit.components.attoseconds > 0 ? 1 : 0)
        unsafe set(handle, MYSQL_OPT_CONNECT_TIMEOUT, UInt32(max(seconds, 1)))
        unsafe set(handle, MYSQL_OPT_READ_TIMEOUT, settings.readTimeout)
        unsafe set(handle, MYSQL_OPT_WRITE_TIMEOUT, settings.writeTimeout)
        // Without this the host name `localhost` would mean the unix socket of the system.
        let transport =
            switch settings.server {
            case .socket: MYSQL_PROTOCOL_SOCKET
            case .address: MYSQL_PROTOCOL_TCP
            }
        unsafe set(handle, MYSQL_OPT_PROTOCOL, transport.rawValue)
        // A server must not be able to ask for files of this machine.
        unsafe set(handle, MYSQL_OPT_LOCAL_INFILE, UInt32(0))
        unsafe set(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        unsafe set(handle, MARIADB_OPT_RESTRICTED_AUTH, provingAuthentication)
        guard let authorityFile = settings.authorityFile else { return }
        unsafe set(handle, MYSQL_OPT_SSL_ENFORCE, my_bool(1))
        unsafe set(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, my_bool(1))
        unsafe set(handle, MYSQL_OPT_SSL_CA, authorityFile)
    }

    /// Opens the session and runs its ``ConnectionSettings/sessionStatement``.
    ///
    /// - Returns: Why there is no session; nil when there is one.
    static func connect(
        _ handle: UnsafeMutablePointer<MYSQL>, to settings: ConnectionSettings
    ) -> ServerErrorCode? {
        let (host, port, socket): (String?, UInt16, String?) =
            switch settings.server {
            case .socket(let path): (nil, 0, path)
            case .address(let host, let port): (host, port, nil)
            }
        guard
            unsafe mysql_real_connect(
                handle, host, settings.user, settings.password.text, settings.database,
                UInt32(port), socket, 0) != nil
        else { return unsafe ServerErrorCode(rawValue: mysql_errno(handle)) }
        if settings.authorityFile != nil { unsafe leaveWaitingToUs(handle) }
        guard unsafe mysql_query(handle, settings.sessionStatement) == 0 else {
            return unsafe ServerErrorCode(rawValue: mysql_errno(handle))
        }
        return nil
    }

    /// Has OpenSSL tell when it would have to wait; it does already when the server's first word was waited for.
    ///
    /// libmariadb takes a full send buffer for an empty receive buffer then, and would wait for the wrong thing: the
    /// buffer has to hold the longest statement.
    private static func leaveWaitingToUs(_ handle: UnsafeMutablePointer<MYSQL>) {
        let socket = unsafe mysql_get_socket(handle)
        var size: CInt = 200 * 1024
        unsafe setsockopt(
            socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }

    private static func set(
        _ handle: UnsafeMutablePointer<MYSQL>, _ option: mysql_option, _ value: String
    ) {
        unsafe value.withCString { text in
            _ = unsafe mysql_options(handle, option, text)
        }
    }

    private static func set<Number: FixedWidthInteger>(
        _ handle: UnsafeMutablePointer<MYSQL>, _ option: mysql_option, _ value: Number
    ) {
        unsafe withUnsafePointer(to: value) { pointer in
            _ = unsafe mysql_options(handle, option, pointer)
        }
    }
}
