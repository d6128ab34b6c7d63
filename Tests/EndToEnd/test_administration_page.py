"""docs/administration.md, followed as it stands: every command of its session and what it prints."""

import getpass
import re
import secrets
import subprocess

import product as products
import pytest
from administration import PROGRAM, settings_of
from pages import matches
from product import ROOT

PAGE = (ROOT / "docs/administration.md").read_text()


def session() -> list[tuple[str, str]]:
    """The commands of the page with what they print, in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Runs a command as an administrator named grace, on an installation of its own."""
    directory = tmp_path_factory.mktemp("administration")
    new = products.start(directory / "run", secrets.token_hex(32), BUILD="no")
    (directory / "work").mkdir()
    (directory / "bin").mkdir()
    (directory / "bin" / "gatereeve").symlink_to(PROGRAM)
    environment = settings_of(new) | {"SUDO_USER": "grace"}
    environment["PATH"] = f"{directory}/bin:{environment['PATH']}"

    def run(command: str) -> str:
        return subprocess.run(
            ["bash", "-c", command], cwd=directory / "work", env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        ).stdout

    yield run
    assert new.stop() == 0


def normalized(output: str) -> str:
    """Without the width of columns; the page was written by root, for a person named grace."""
    person = "grace" if getpass.getuser() == "root" else getpass.getuser()
    return re.sub(r" {2,}", "  ", output.replace(person, "(person)"))


def test_the_session_goes_as_the_page_says(shell):
    commands = session()
    assert len(commands) > 20
    for command, documented in commands:
        actual = shell(command)
        expected = re.sub(r" {2,}", "  ", documented.replace("grace", "(person)"))
        assert matches(expected, normalized(actual)), f"$ {command}\n{actual}"


def test_every_command_is_explained():
    program = subprocess.run(
        [PROGRAM, "--experimental-dump-help"], capture_output=True, check=True, text=True
    ).stdout
    for group, commands in {
        "user": ["list", "show", "create", "activate", "deactivate", "set-password", "delete",
                 "revoke-tokens", "resend-verification"],
        "token": ["inspect"], "outbox": ["list", "retry"],
    }.items():
        for command in commands:
            assert f'"{command}"' in program
            assert f"gatereeve {group} {command}" in PAGE
    for command in ["import", "audit", "purge", "doctor", "bench-hash"]:
        assert f"gatereeve {command}" in PAGE
