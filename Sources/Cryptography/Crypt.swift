import CCrypt

/// `crypt_r` of libcrypt: bcrypt, and the traditional DES form of very old tables.
enum Crypt {
    /// Hashes a password as the setting says (crypt(5)).
    ///
    /// - Parameters:
    ///   - password: Without NUL, where C would end it; bcrypt reads the first 72 bytes only.
    ///   - setting: A setting or a whole hash, whose salt and cost are taken.
    /// - Returns: The whole hash; `nil` when the password has a NUL or the setting is refused.
    static func hash(of password: some Collection<UInt8>, setting: [UInt8]) -> [UInt8]? {
        guard !password.contains(0), !setting.contains(0) else { return nil }
        // bcrypt looks at no more; a longer phrase would be refused for its length at 512 bytes.
        var phrase = Array(password.prefix(72))
        phrase.append(0)
        defer { wipe(&phrase) }
        let terminatedSetting = setting + [0]
        // 32 KiB, too large for a small thread's stack.
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer {
            unsafe wipe(data)
            unsafe data.deallocate()
        }
        unsafe UnsafeMutableRawPointer(data).initializeMemory(
            as: UInt8.self, repeating: 0, count: MemoryLayout<crypt_data>.size)
        return unsafe phrase.withUnsafeBytes { phrase in
            unsafe terminatedSetting.withUnsafeBytes { setting in
                let result = unsafe crypt_r(
                    phrase.bindMemory(to: CChar.self).baseAddress,
                    setting.bindMemory(to: CChar.self).baseAddress, data)
                guard let result = unsafe result else { return nil }
                let hash = unsafe Array(String(cString: result).utf8)
                // "*0" and "*1" are how crypt says no (crypt(3)).
                return hash.first == UInt8(ascii: "*") ? nil : hash
            }
        }
    }
}
