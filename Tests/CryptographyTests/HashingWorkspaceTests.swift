import Glibc
import Testing

@testable import Cryptography

@Suite("memory for password hashes")
struct HashingWorkspaceTests {
    private let password = Array("correct horse".utf8)
    private let salt = [UInt8](0..<16)

    private func argon2(_ memoryKiB: Int, lanes: Int = 1) throws -> Argon2 {
        let parameters = try #require(
            Argon2Parameters(memoryKiB: memoryKiB, iterations: 2, parallelism: lanes))
        return Argon2(variant: .argon2id, parameters: parameters, salt: salt)
    }

    @Test(
        "both libraries compute the same hash in lent memory",
        arguments: [8, 9, 64, 1000, 1024, 19456, 30000])
    func librariesAgree(memoryKiB: Int) throws {
        let workspace = HashingWorkspace()
        let argon2 = try argon2(memoryKiB)
        let fast = try argon2.hash(of: password, byteCount: 32, in: workspace)
        let reference = try workspace.lend(
            memoryKiB: memoryKiB
        ) { () throws(PasswordHashingError) -> [UInt8] in
            try argon2.hashWithLibargon2(password, byteCount: 32)
        }
        #expect(fast == reference)
    }

    @Test("each hash uses the lent memory and leaves nothing in it", arguments: [1, 4])
    func usesAndWipes(lanes: Int) throws {
        let workspace = HashingWorkspace()
        for memoryKiB in [19456, 8 * lanes, 4096, 19456] {
            _ = try argon2(memoryKiB, lanes: lanes).hash(
                of: password, byteCount: 32, in: workspace)
            #expect(workspace.wasUsedByLastHash)
            #expect(workspace.isWiped)
        }
    }

    @Test("a hash in kept memory takes a tenth of the page faults, or less")
    func pageFaults() throws {
        let workspace = HashingWorkspace()
        let argon2 = try argon2(19456)
        let first = try argon2.hash(of: password, byteCount: 32, in: workspace)
        var hash: [UInt8] = []
        let kept = try pageFaultsOfThisThread {
            hash = try argon2.hash(of: password, byteCount: 32, in: workspace)
        }
        #expect(hash == first)
        // With nothing lent, libsodium maps 19 MiB in pages of 4 KiB.
        let fresh = try pageFaultsOfThisThread {
            hash = try argon2.hashWithLibsodium(password, byteCount: 32)
        }
        #expect(hash == first)
        #expect(kept * 10 <= fresh)
    }

    @Test("a stored hash may need more than is kept")
    func needsMoreThanKept() throws {
        let workspace = HashingWorkspace(keptMemoryKiB: 1024)
        let (small, large) = (try argon2(1024), try argon2(65536, lanes: 2))
        let first = try small.hash(of: password, byteCount: 32, in: workspace)
        _ = try small.hash(of: password, byteCount: 32, in: workspace)
        _ = try large.hash(of: password, byteCount: 32, in: workspace)
        #expect(workspace.wasUsedByLastHash)
        #expect(try small.hash(of: password, byteCount: 32, in: workspace) == first)
        #expect(workspace.isWiped)
    }

    @Test("mappings of anybody else go to the kernel while memory is lent")
    func otherMappings() throws {
        let workspace = HashingWorkspace(keptMemoryKiB: 1024)
        try workspace.lend(memoryKiB: 1024) {
            for byteCount in [4096, 2 << 20] {
                let mapped = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                #expect(mapped != MAP_FAILED)
                #expect(munmap(mapped, byteCount) == 0)
            }
        }
        #expect(!workspace.wasUsedByLastHash)
    }

    private func pageFaultsOfThisThread(_ body: () throws -> Void) throws -> Int {
        func count() throws -> Int {
            var usage = rusage()
            // RUSAGE_THREAD, which glibc shows to GNU programs only.
            let status = getrusage(__rusage_who_t(1), &usage)
            try #require(status == 0)
            return usage.ru_minflt
        }
        let before = try count()
        try body()
        return try count() - before
    }
}
