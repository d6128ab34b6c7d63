import CLibFuzzer
import FuzzTargets
import Glibc

/// libFuzzer around one target; `Tests/Fuzz/run` builds and starts it.
///
/// The target is named by `FUZZ_TARGET`, since the arguments are those of libFuzzer. A build without
/// `-sanitize=fuzzer` only lists the targets.
@main
enum Fuzzer {
    private static let target = FuzzTarget.all.first {
        $0.name == getenv("FUZZ_TARGET").map { String(cString: $0) }
    }

    static func main() {
        guard target != nil else {
            for target in FuzzTarget.all { print(target.name, target.longest) }
            exit(getenv("FUZZ_TARGET") == nil ? 0 : 2)
        }
        let status = gatereeve_run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) { data, size in
            Fuzzer.run(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
        exit(status < 0 ? 2 : status)
    }

    private static func run(_ bytes: [UInt8]) {
        do {
            try target?.run(bytes)
        } catch {
            // libFuzzer takes the trap for a finding and keeps the input.
            fatalError("\(error)")
        }
    }
}
