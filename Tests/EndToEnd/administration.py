"""The administrator's tool, run beside a product as root would run it beside an installation."""

import json
import os
import pty
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from product import ROOT, Product

PROGRAM = Path(os.environ.get("PROGRAM", ROOT / ".build" / "release" / "gatereeve")).resolve()
SANITIZER_OPTIONS = ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
PATIENCE = 30.0


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str
    complaint: str = ""

    @property
    def json(self):
        return json.loads(self.output)


class Administrator:
    def __init__(self, product: Product) -> None:
        self.run_dir = product.run_dir
        self.environment = settings_of(product)
        self.credential = product.credential

    def run(self, *arguments: str, input: str = "", **environment: str) -> Outcome:
        """Runs a command with a text on its standard input, as a script would."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            input=input,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**self.environment, **environment},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str, **environment: str):
        """What a command prints for scripts; it must succeed."""
        outcome = self.run(*arguments, "--json", **environment)
        assert outcome.status == 0, outcome
        return outcome.json

    def sql(self, text: str) -> list[list[str]]:
        """Rows of a query, asked as the owner of the database server."""
        done = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.run_dir}/mariadb/socket", "--batch",
             "--skip-column-names", "gatereeve"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def at_terminal(self, *arguments: str) -> "Terminal":
        return Terminal([str(PROGRAM), *arguments], self.environment)


def sanitizes() -> bool:
    """Whether the program was built with a sanitizer."""
    return any(name in os.environ for name in SANITIZER_OPTIONS)


def sanitizer_options() -> dict[str, str]:
    """What a program that was built with a sanitizer needs, wherever it runs.

    Where it writes its reports and what it does not report, and the way to the tool that tells it
    which functions its addresses lie in.
    """
    return {name: os.environ[name] for name in (*SANITIZER_OPTIONS, "PATH") if name in os.environ}


def settings_of(product: Product) -> dict[str, str]:
    """What scripts/run gives to the product."""
    directory = product.run_dir
    return sanitizer_options() | {
        "CREDENTIALS_DIRECTORY": f"{directory}/credentials",
        "GATEREEVE_CONFIG": "/dev/null",
        "GATEREEVE_PUBLIC_ORIGIN": product.base_url,
        "GATEREEVE_SERVER_LISTEN": f"{directory}/responder.sock",
        "GATEREEVE_DATABASE_SOCKET": f"{directory}/mariadb/socket",
        "GATEREEVE_DATABASE_MIGRATE_USER": "gatereeve_owner",
        "GATEREEVE_MAIL_SMTP_URL": f"smtp://127.0.0.1:{(directory / 'smtp-port').read_text().strip()}",
        "GATEREEVE_MAIL_FROM": "no-reply@example.org",
        "GATEREEVE_PATHS_SHARE": f"{ROOT}/share",
        "GATEREEVE_PATHS_MIGRATIONS": f"{ROOT}/migrations",
    }


class Terminal:
    """A command at a terminal of its own, and a person who types."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Waits until the terminal shows a text."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self._read()

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def finish(self) -> Outcome:
        """Waits for the end of the command."""
        while self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return Outcome(os.waitstatus_to_exitcode(status), self.shown)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], PATIENCE)
        if not ready:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"the command stands still: {self.shown}")
        try:
            piece = os.read(self.descriptor, 4096)
        except OSError:
            # Linux tells so that the other side has gone.
            return False
        self.shown += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)
