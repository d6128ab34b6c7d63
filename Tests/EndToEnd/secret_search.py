"""Looks for secrets in files, databases and processes, however they are spelt."""

import base64
import email
import email.policy
import os
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from known_secrets import SECRETS, telling_end
from mailboxes import text_of
from product import Product

CREDENTIALS = ["tokens.signing_secret", "database.password", "database.migrate_password"]
# Grep makes a tree of them: for so many it takes half a gigabyte, and two seconds.
SPELLINGS_AT_ONCE = 100_000
# Where further instances write, beside the run directories of products.
FURTHER_DIRECTORIES: list[Path] = []
# What each search was about, and what came of it.
SEARCHES: list[str] = []


def search_later(directory: Path) -> None:
    """Has the search at the end look at what a directory holds then."""
    if directory not in FURTHER_DIRECTORIES:
        FURTHER_DIRECTORIES.append(directory)


def gather_mails(run_dirs: Iterable[Path]) -> None:
    """Makes the links of all mails known, also of those that no test has read."""
    for run_dir in run_dirs:
        for file in (run_dir / "mail").glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            SECRETS.add_links(text_of(mail))


def gather_credentials(product: Product) -> None:
    for key in CREDENTIALS:
        SECRETS.add(product.credential(key))


def search(name: str, secrets: Collection[str], files: Collection[Path]) -> list[str]:
    """The same as `found_in_files`; the summary of the run tells of it."""
    found = found_in_files(secrets, files)
    SEARCHES.append(f"{name}: {len(secrets)} secrets, {len(files)} files, found {len(found)}")
    return found


def summary() -> list[str]:
    """What the run says at its end, in lines."""
    if SEARCHES:
        return ["passwords, tokens, links and keys that were sent or given were looked for:", *SEARCHES]
    if len(SECRETS):
        return [f"{len(SECRETS)} passwords, tokens, links and keys were sent or given, "
                "and NOT looked for"]
    return []


def spellings(secret: str) -> set[bytes]:
    """How the end of the secret looks as it is, percent-encoded, in JSON, in hex and in base64."""
    text = telling_end(secret)
    plain = text.encode(errors="surrogatepass")
    found = {
        plain,
        quote(plain, safe="").encode(),
        quote_plus(plain).encode(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        "".join(rf"\u{ord(unit):04x}" for unit in text).encode(),
    }
    for offset in range(3):
        # The first and the last character also depend on what stands around the secret.
        encoded = base64.b64encode(bytes(offset) + plain).rstrip(b"=")
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - 1]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def found_in_files(secrets: Iterable[str], files: Iterable[Path]) -> list[str]:
    """The files that hold a secret, and how it is spelt there; deleted rows of a table included."""
    paths = [str(path) for path in files]
    assert paths, "there is nothing to search"
    patterns = sorted({spelling for secret in secrets for spelling in spellings(secret)})
    assert patterns, "there is nothing to search for"
    found: set[str] = set()
    for start in range(0, len(patterns), SPELLINGS_AT_ONCE):
        found |= lines_with(patterns[start : start + SPELLINGS_AT_ONCE], paths)
    return sorted(found)


def lines_with(patterns: list[bytes], paths: list[str]) -> set[str]:
    done = subprocess.run(
        ["grep", "--text", "--fixed-strings", "--only-matching", "--with-filename", "--file=-",
         "--", *paths],
        input=b"\n".join(patterns),
        capture_output=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    # A file or a process that has gone since it was listed is no fault: it holds nothing any more.
    faults = [line for line in done.stderr.splitlines() if b"No such " not in line]
    assert not faults, faults
    # One that was killed has said nothing.
    assert done.returncode in (0, 1, 2), done.returncode
    return set(done.stdout.decode(errors="replace").splitlines())


def written(directory: Path) -> list[Path]:
    """What a run wrote, but for the mails and the secrets that it was told to keep."""
    return files_below(directory, but=[directory / "mail", directory / "credentials"])


def dump_database(socket: Path, file: Path) -> None:
    """Everything that a database server holds, as text."""
    with open(file, "wb") as output:
        subprocess.run(
            ["mariadb-dump", "--no-defaults", "--all-databases", "--hex-blob",
             f"--socket={socket}", "--skip-lock-tables"],
            stdout=output, check=True,
        )
    assert "CREATE TABLE `users`" in file.read_text(errors="replace")


def files_below(directory: Path, but: Iterable[Path] = ()) -> list[Path]:
    """The regular files of a directory; not those below the directories `but`."""
    return [
        path
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(other) for other in but)
    ]


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            stat = (directory / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(directory.name)] = int(stat.rpartition(")")[2].split()[1])
    members = {pid}
    while grown := {child for child, parent in parents.items() if parent in members} - members:
        members |= grown
    return members


def open_to_see(pids: Iterable[int]) -> list[Path]:
    """Where command line and environment of processes can be read."""
    return [
        path for pid in sorted(pids) for name in ("cmdline", "environ")
        if (path := Path(f"/proc/{pid}/{name}")).exists()
    ]
