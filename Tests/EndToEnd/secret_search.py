"""Looks for secrets in files and processes, however they are spelt."""

import base64
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from known_secrets import telling_end


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
    done = subprocess.run(
        ["grep", "--text", "--fixed-strings", "--only-matching", "--with-filename", "--file=-",
         "--", *paths],
        input=b"\n".join(patterns),
        capture_output=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    # A file that has gone since it was listed is no fault: it holds nothing any more.
    faults = [line for line in done.stderr.splitlines() if b"No such file" not in line]
    assert not faults, faults
    return sorted(set(done.stdout.decode(errors="replace").splitlines()))


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
