"""No secret that the tests of a module sent or were given is written down anywhere but in mails."""

import contextlib
import os
import tempfile
from pathlib import Path

from known_secrets import SECRETS
from secret_search import (
    FURTHER_DIRECTORIES,
    dump_database,
    family,
    gather_credentials,
    gather_mails,
    open_to_see,
    search,
    written,
)


def places_with_secrets(name: str, rig, nodes=()) -> list[str]:
    """What of a rig, and of the nodes of a cluster, holds a secret: files, databases or processes."""
    gather_credentials(rig.product)
    gather_mails([rig.run_dir])
    files = [
        file for directory in [rig.run_dir, *FURTHER_DIRECTORIES, *(node.directory for node in nodes)]
        for file in written(directory)]
    assert set(files) > {
        rig.run_dir / name for name in ("logs/access.log", "logs/responder.log", "logs/mailer.log",
                                        "mariadb/data/ib_logfile0", "mariadb/data/gatereeve/users.ibd")}
    # Whatever was started in any way descends from this process.
    pids = family(os.getpid()) - {os.getpid()}
    assert pids > {part.pid for part in rig.parts.values()}
    sockets = [rig.run_dir / "mariadb" / "socket", *(Path(node.socket) for node in nodes)]
    with tempfile.TemporaryDirectory() as directory:
        dumps = [Path(directory) / f"{number}.sql" for number in range(len(sockets))]
        for socket, dump in zip(sockets, dumps, strict=True):
            dump_database(socket, dump)
        return search(name, set(SECRETS), [*files, *dumps, *open_to_see(pids)])


def running(program: str) -> int:
    """How many processes of a program the tests have; a dead one has no command line any more."""
    commands = []
    for pid in family(os.getpid()):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            commands.append(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[0])
    return commands.count(program)


def test_no_secret_is_written_down(rig, request):
    """Ends every module, while all that its tests used still runs."""
    is_spread = hasattr(request.module, "service")
    nodes = request.getfixturevalue("service").cluster.nodes if is_spread else ()
    assert running("mariadbd") == 1 + len(nodes), "there are databases that would not be searched"
    found = rig.search(request.module.__name__, nodes)
    assert not found, found
