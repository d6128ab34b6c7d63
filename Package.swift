// swift-tools-version:6.2
import PackageDescription

/// Swift 6 mode for every target; a warning stops the build.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// For the targets that call C or look into memory: each unsafe place says `unsafe`.
let wrapper: [SwiftSetting] = strict + [.strictMemorySafety()]

/// A C library of the system, found through pkg-config.
func library(_ name: String, _ pkgConfig: String? = nil, apt: String...) -> Target {
    .systemLibrary(
        name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt(apt)])
}

let package = Package(
    name: "gatereeve",
    products: [.executable(name: "gatereeve", targets: ["gatereeve"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // System: module maps and shims only.
        library("CFastCGI", "fcgi", apt: "libfcgi-dev"),
        library("CMariaDB", "libmariadb", apt: "libmariadb-dev"),
        library("COpenSSL", "libcrypto", apt: "libssl-dev"),
        library("CArgon2", "libargon2", apt: "libargon2-dev"),
        library("CSodium", "libsodium", apt: "libsodium-dev"),
        library("CCrypt", "libcrypt", apt: "libcrypt-dev"),
        library("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),
        library("CUnicode", apt: "libutf8proc-dev", "libidn2-dev"),
        .target(name: "CLinux"),
        .target(name: "CSocketWait"),
        .target(name: "CHashingMemory"),
        .target(name: "CWipedMemory"),

        // Wrappers: one for each library, the only code that calls it.
        .target(
            name: "HTTP",
            dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: wrapper),
        .target(
            name: "FastCGI",
            dependencies: [
                "CFastCGI", "CLinux", "HTTP", "Threading",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: wrapper),
        .target(name: "Telemetry", dependencies: ["CLinux"], swiftSettings: wrapper),
        .target(name: "Threading", dependencies: ["CLinux"], swiftSettings: wrapper),
        .target(
            name: "MariaDB", dependencies: ["CMariaDB", "CSocketWait"], swiftSettings: wrapper),
        .target(
            name: "Cryptography",
            dependencies: [
                "COpenSSL", "CArgon2", "CSodium", "CCrypt", "CHashingMemory", "CWipedMemory",
            ],
            swiftSettings: wrapper),
        .target(name: "JSON", swiftSettings: wrapper),
        .target(name: "TextForms", dependencies: ["CUnicode"], swiftSettings: wrapper),
        .target(name: "SMTP", dependencies: ["CCurl"], swiftSettings: wrapper),

        // Domain: values, rules, features, ports.
        .target(
            name: "Auth", dependencies: ["Cryptography", "JSON", "TextForms"],
            swiftSettings: strict),

        // Adapters.
        .target(
            name: "AuthAPI",
            dependencies: [
                "Auth", "Cryptography", "HTTP", "JSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict),
        .target(
            name: "AuthStore", dependencies: ["Auth", "Cryptography", "MariaDB"],
            swiftSettings: strict),
        .target(
            name: "AuthMail",
            dependencies: ["Auth", "SMTP", .product(name: "Mustache", package: "swift-mustache")],
            swiftSettings: strict),
        .target(
            name: "Settings",
            dependencies: [.product(name: "Yams", package: "Yams")],
            swiftSettings: strict),

        .target(
            name: "Hashing", dependencies: ["Auth", "AuthAPI", "Cryptography", "Threading"],
            swiftSettings: strict),

        // Program: commands and the composition root.
        .executableTarget(
            name: "gatereeve",
            dependencies: [
                "Auth", "AuthAPI", "AuthMail", "AuthStore", "Cryptography", "FastCGI", "HTTP",
                "Hashing", "JSON", "MariaDB", "SMTP", "Settings", "Telemetry", "Threading",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Tests: one target for each room.
        .target(
            name: "CryptographyTesting", dependencies: ["Cryptography"],
            path: "Tests/CryptographyTesting", swiftSettings: strict),
        .testTarget(
            name: "CryptographyTests", dependencies: ["Cryptography", "CryptographyTesting"],
            resources: [.copy("Vectors")], swiftSettings: strict),
        .testTarget(name: "TextFormsTests", dependencies: ["TextForms"], swiftSettings: strict),
        .testTarget(
            name: "JSONTests", dependencies: ["JSON"], resources: [.copy("Vectors")],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPTests",
            dependencies: ["HTTP", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: strict),
        .testTarget(
            name: "MariaDBTests", dependencies: ["MariaDB", "Threading"], swiftSettings: strict),
        .target(
            name: "AuthTesting", dependencies: ["Auth", "AuthAPI", "Cryptography", "JSON"],
            path: "Tests/AuthTesting", swiftSettings: strict),
        .testTarget(
            name: "AuthTests",
            dependencies: ["Auth", "AuthTesting", "Cryptography", "CryptographyTesting", "JSON"],
            resources: [.copy("Vectors")], swiftSettings: strict),
        .testTarget(
            name: "AuthAPITests",
            dependencies: [
                "AuthAPI", "Auth", "AuthTesting", "Cryptography", "HTTP", "JSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: strict),
        .testTarget(name: "ThreadingTests", dependencies: ["Threading"], swiftSettings: strict),
        .testTarget(
            name: "HashingTests", dependencies: ["Hashing", "Auth", "AuthTesting", "Cryptography"],
            swiftSettings: strict),
        .testTarget(
            name: "FastCGITests",
            dependencies: [
                "FastCGI", "HTTP", "Threading",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AuthStoreTests",
            dependencies: ["AuthStore", "Auth", "AuthTesting", "Cryptography", "MariaDB"],
            swiftSettings: strict),
        .testTarget(
            name: "AuthMailTests", dependencies: ["AuthMail", "Auth", "SMTP"],
            swiftSettings: strict),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),

        // Fuzzing: what must hold for any input, the program around libFuzzer, and the replay.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Auth", "AuthAPI", "AuthTesting", "CFastCGI", "Cryptography", "CryptographyTesting",
                "FastCGI", "HTTP", "JSON", "SMTP", "Settings",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "fuzzer", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Fuzzer",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
        .testTarget(
            name: "FuzzReplayTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay",
            swiftSettings: strict),
    ]
)
