"""scripts/install-packages: installs what is missing, or says what to install.

dpkg-query, sudo and apt-get are stand-ins, so nothing of this machine is changed.
"""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from product import ROOT

SCRIPT = ROOT / "scripts/install-packages"


class Machine:
    """A Debian on which some packages are installed, and the script run by somebody who is not root."""

    def __init__(self, directory, installed: list[str], may_become_root: bool) -> None:
        self.journal = directory / "apt-get.journal"
        self.commands = directory / "commands"
        self.commands.mkdir()
        self.journal.touch()
        self.journal.chmod(0o666)
        self._command("dpkg-query", "".join(f"echo {name} installed\n" for name in installed))
        self._command("sudo", 'shift; exec "$@"\n' if may_become_root else "exit 1\n")
        self._command("apt-get", f'echo "$*" >>{self.journal}\n')

    def _command(self, name: str, body: str) -> None:
        file = self.commands / name
        file.write_text("#!/bin/sh\n" + body)
        file.chmod(0o755)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        return subprocess.run(
            [*(nobody if os.geteuid() == 0 else []), "bash", "-s", *arguments],
            input=SCRIPT.read_text(),
            env={"PATH": f"{self.commands}:{os.environ['PATH']}"},
            cwd="/",
            capture_output=True,
            text=True,
        )

    @property
    def installations(self) -> list[str]:
        """The packages that apt-get was told to install."""
        lines = self.journal.read_text().splitlines()
        return [
            word
            for line in lines
            if " install " in line
            for word in line.split(" install ")[1].split()
            if not word.startswith("-")
        ]


@pytest.fixture
def machine():
    with ExitStack() as directories:

        def make(installed=(), may_become_root=True):
            # Not tmp_path: only its owner passes through that.
            directory = Path(directories.enter_context(TemporaryDirectory()))
            directory.chmod(0o755)
            return Machine(directory, list(installed), may_become_root)

        yield make


@pytest.fixture
def names(machine) -> list[str]:
    """What a bare machine needs for the tests."""
    bare = machine()
    assert bare.run("test").returncode == 0
    return bare.installations


def test_what_is_missing_is_installed_and_nothing_else(machine, names):
    assert {"libfcgi-dev", "nginx", "shellcheck"} <= set(names)
    one = machine(installed=[name for name in names if name not in ("libfcgi-dev", "nginx")])
    assert one.run("run").returncode == 0
    assert sorted(one.installations) == ["libfcgi-dev", "nginx"]


def test_nothing_happens_when_all_is_there(machine, names):
    one = machine(installed=names, may_become_root=False)
    outcome = one.run("test")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert one.journal.read_text() == ""


def test_who_may_not_install_is_told_what_to_install(machine, names):
    one = machine(
        installed=[name for name in names if name != "libfcgi-dev"], may_become_root=False)
    outcome = one.run("run")
    assert outcome.returncode == 1
    assert "apt-get install --no-install-recommends libfcgi-dev\n" in outcome.stderr
    assert one.journal.read_text() == ""
