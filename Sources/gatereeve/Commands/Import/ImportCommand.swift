import ArgumentParser
import Auth
import AuthStore
import JSON
import MariaDB

/// `gatereeve import`.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take over accounts and ended tokens of a Django site.",
        discussion: """
            Reads what `manage.py dumpdata auth.user token_blacklist --format jsonl` writes, from \
            standard input. Accounts keep their numbers and their passwords. Refresh tokens that \
            were ended stay so; those that have expired are left out.

            All or nothing: the whole dump is judged first, every fault is told with its line, and \
            with one fault nothing is changed. A dump holds hashes and tokens that still work, so \
            pipe it and keep no file of it.

            Example: ssh old-site ./manage.py dumpdata auth.user token_blacklist --format jsonl | \
            gatereeve import --dry-run

            Exit codes: 0 done, 1 failed or refused, 64 wrong command line, 78 faults in the \
            settings.
            """)

    @Flag(help: "Judge the dump and look for what is here already, and change nothing.")
    var dryRun = false

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !Prompt.isInteractive else {
            Complaint.print(
                "Pipe in what `manage.py dumpdata auth.user token_blacklist --format jsonl` writes."
            )
            throw ExitCode.validationFailure
        }
        try administering {
            let administration = try Administration(options)
            let context = administration.context
            var dump = try read(declared: administration.fields, at: context.now)
            let tokens = dump.joinedTokens()
            for conflict in try administration.store.conflicts(of: dump.accounts) {
                dump.add(conflict)
            }
            try check(dump)
            if !dryRun {
                try takeOver(&dump, tokens.live, administration.store, context)
            }
            tell(dump, ended: tokens.live.count, expired: tokens.expired)
        }
    }

    private func read(declared: [CustomField], at now: Instant) throws -> Dump {
        var dump = Dump(declared: declared, at: now)
        var lines = InputLines()
        var number = 0
        while let line = try lines.next() {
            number += 1
            dump.add(line, line: number)
        }
        guard !dump.isEmpty else {
            Complaint.print("Standard input was empty: the dump failed. Nothing was changed.")
            throw ExitCode.failure
        }
        return dump
    }

    private func check(_ dump: Dump) throws {
        guard dump.faults.isEmpty else {
            dump.faults.print()
            throw ExitCode.failure
        }
    }

    private func takeOver(
        _ dump: inout Dump, _ tokens: [ImportedTokenEnd], _ store: AdministrationStore,
        _ context: RequestContext
    ) throws {
        do throws(AdministrationStore.ImportFailure) {
            try store.takeOver(dump.accounts, tokens, context: context)
        } catch {
            guard let index = error.index, let key = error.error.duplicateKeyName else {
                throw error.error
            }
            dump.add(takenAt: index, key: key)
            try check(dump)
        }
    }

    private func tell(_ dump: Dump, ended: Int, expired: Int) {
        let json = JSONValue.members(
            ("accounts", JSONValue(dump.accounts.count)), ("ended_tokens", JSONValue(ended)),
            ("expired_tokens", JSONValue(expired)),
            ("not_taken", .array(dump.notTaken.map { .string($0) })), ("dry_run", .boolean(dryRun)))
        output.print(json) {
            var sentences = [
                "\(Self.count(dump.accounts.count, "account")) and "
                    + "\(Self.count(ended, "ended token")) "
                    + "\(dryRun ? "would be" : "were") taken over."
            ]
            if expired > 0 {
                sentences.append(
                    "\(Self.count(expired, "ended token")) had expired and "
                        + "\(expired == 1 ? "is" : "are") not needed.")
            }
            if !dump.notTaken.isEmpty {
                sentences.append("Not taken: \(dump.notTaken.joined(separator: ", ")).")
            }
            print(sentences.joined(separator: " ").withoutControls)
        }
    }

    private static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
