import ArgumentParser
import Auth
import Cryptography
import Glibc
import JSON
import Settings
import Synchronization
import Threading

/// `gatereeve bench-hash`.
struct BenchHashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-hash", abstract: "Time password hashing here, and advise settings.",
        discussion: """
            Hashes with several costs of Argon2id, on one thread and on as many as cores, as the \
            service does under load. It advises the highest cost at which a hash under load takes \
            no longer than --target, and never less than the smallest cost that OWASP recommends.

            Needs no settings and no database; run it while the machine has little else to do.

            Example: gatereeve bench-hash --target 150

            Exit codes: 0 done, 1 failed, 64 wrong command line.
            """)

    @Option(help: ArgumentHelp("How long a hash may take under load.", valueName: "milliseconds"))
    var target = 100

    @Option(
        help: ArgumentHelp("How many at once; default: one for each core.", valueName: "number"))
    var threads: Int?

    @Option(help: ArgumentHelp("How long to measure each cost, twice.", valueName: "milliseconds"))
    var time = 500

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard target > 0, (1...64).contains(threads ?? 1), (1...60000).contains(time) else {
            throw ValidationError(
                "--target must be 1 or more, --threads 1 to 64, --time 1 to 60000.")
        }
    }

    /// From the smallest that OWASP recommends on, each about as strong as the one before or more.
    private static let costs: [(memoryKiB: Int, iterations: Int)] = [
        (19456, 2), (32768, 2), (47104, 2), (65536, 2), (65536, 3), (98304, 3), (131_072, 3),
        (196_608, 3), (262_144, 4),
    ]

    private struct Timing {
        let parameters: Argon2Parameters
        let alone: Double
        let underLoad: Double
    }

    func run() throws {
        let count = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var timings: [Timing] = []
        for (memory, iterations) in Self.costs {
            guard
                let parameters = Argon2Parameters(
                    memoryKiB: memory, iterations: iterations, parallelism: 1)
            else { continue }
            let alone = try milliseconds(parameters, threads: 1)
            let underLoad = count == 1 ? alone : try milliseconds(parameters, threads: count)
            timings.append(Timing(parameters: parameters, alone: alone, underLoad: underLoad))
            // The next ones take longer still.
            if underLoad > Double(target) { break }
        }
        let fitting = timings.last { $0.underLoad <= Double(target) }
        guard let advice = fitting ?? timings.first else { throw ExitCode.failure }
        output.print(json(timings, advice, threads: count)) {
            print(timings, advice, threads: count, fits: fitting != nil)
        }
    }

    /// The mean time of a hash while so many threads hash.
    private func milliseconds(_ parameters: Argon2Parameters, threads: Int) throws -> Double {
        let limit = MonotonicTime.now.advanced(milliseconds: time)
        let tally = Tally()
        let running = (0..<threads).map { number in
            OwnedThread(name: "bench-\(number)") { tally.hash(parameters, until: limit) }
        }
        for thread in running { thread.join() }
        guard tally.failures.load(ordering: .relaxed) == 0 else {
            Complaint.print(
                "There is no memory for \(threads) hashes of \(parameters.memoryKiB) KiB.")
            throw ExitCode.failure
        }
        let count = max(1, tally.hashes.load(ordering: .relaxed))
        return Double(tally.spent.load(ordering: .relaxed)) / Double(count) / 1_000_000
    }

    private func print(_ timings: [Timing], _ advice: Timing, threads: Int, fits: Bool) {
        var table = Table([
            "memory KiB", "passes", "ms alone", "ms with \(threads) at once", "logins/s",
            "memory MiB",
        ])
        for timing in timings {
            table.add([
                String(timing.parameters.memoryKiB), String(timing.parameters.iterations),
                rounded(timing.alone), rounded(timing.underLoad),
                rounded(1000 * Double(threads) / timing.underLoad),
                String(threads * timing.parameters.memoryKiB / 1024),
            ])
        }
        table.print()
        Swift.print(
            fits
                ? "\nThe highest cost of at most \(target) ms under load:"
                : "\nEven the smallest cost takes more than \(target) ms; less is not advised:")
        Swift.print(
            """
            passwords:
              argon2_memory: \(advice.parameters.memoryKiB)
              argon2_iterations: \(advice.parameters.iterations)
              argon2_parallelism: 1
            """)
    }

    private func rounded(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func json(_ timings: [Timing], _ advice: Timing, threads: Int) -> JSONValue {
        func microseconds(_ milliseconds: Double) -> JSONValue {
            JSONValue(Int(milliseconds * 1000))
        }
        return .members(
            ("threads", JSONValue(threads)),
            (
                "timings",
                .array(
                    timings.map {
                        .members(
                            ("argon2_memory", JSONValue($0.parameters.memoryKiB)),
                            ("argon2_iterations", JSONValue($0.parameters.iterations)),
                            ("microseconds_alone", microseconds($0.alone)),
                            ("microseconds_under_load", microseconds($0.underLoad)))
                    })
            ),
            (
                "advice",
                .members(
                    ("argon2_memory", JSONValue(advice.parameters.memoryKiB)),
                    ("argon2_iterations", JSONValue(advice.parameters.iterations)),
                    ("argon2_parallelism", JSONValue(1)))
            ))
    }
}

/// What the threads of a measurement have done together.
private final class Tally: Sendable {
    let hashes = Atomic<Int>(0)
    /// Nanoseconds.
    let spent = Atomic<UInt64>(0)
    let failures = Atomic<Int>(0)

    /// Hashes again and again, at least once.
    func hash(_ parameters: Argon2Parameters, until limit: MonotonicTime) {
        let workspace = HashingWorkspace(keptMemoryKiB: parameters.memoryKiB)
        let hasher = PasswordHasher(parameters: parameters, upgradesHashes: false)
        let work = PasswordWork.make(Password("correct horse battery"))
        // The first one takes the memory, as the first login does, and does not count.
        guard (try? hasher.perform(work, in: workspace)) != nil else {
            failures.add(1, ordering: .relaxed)
            return
        }
        repeat {
            let start = MonotonicTime.now
            guard (try? hasher.perform(work, in: workspace)) != nil else {
                failures.add(1, ordering: .relaxed)
                return
            }
            spent.add(start.nanoseconds(to: .now), ordering: .relaxed)
            hashes.add(1, ordering: .relaxed)
        } while MonotonicTime.now < limit
    }
}
