"""The processes of a running product, each of which can be killed, frozen and started again.

scripts/run ends when one of its parts dies. Here it is frozen once everything runs, and wakes up
only to clean up at the end.
"""

import copy
import os
import signal
import subprocess
import time
from pathlib import Path

import product as products
from administration import Administrator
from client import Client
from mailboxes import Mailbox
from secrecy import places_with_secrets

PATIENCE = 60.0


def wait_for(condition, what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Part:
    """One process; what it was started with is read from the process itself."""

    def __init__(self, name: str, run_dir: Path) -> None:
        self.name = name
        self.run_dir = run_dir
        self.pid = int(self.pid_file.read_text())
        process = Path(f"/proc/{self.pid}")
        self.command = process.joinpath("cmdline").read_bytes().split(b"\0")[:-1]
        lines = process.joinpath("environ").read_bytes().split(b"\0")
        self.environment = dict(line.split(b"=", 1) for line in lines if b"=" in line)
        self.owner = process.stat()
        self.ours: subprocess.Popen | None = None

    @property
    def pid_file(self) -> Path:
        return self.run_dir / "pids" / f"{self.name}.pid"

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def end(self, number: int = signal.SIGKILL) -> None:
        """Sends a signal that ends it, and waits for the end."""
        if self.pid and is_alive(self.pid):
            self.send(signal.SIGCONT)
            self.send(number)
        if self.ours:
            self.ours.wait(PATIENCE)
        wait_for(lambda: not self.pid or not is_alive(self.pid), f"the end of {self.name}")

    def start(self, *arguments: str, stdin=subprocess.DEVNULL, stderr=None, **changes: str) -> None:
        """Starts it as it was, with further arguments and some of its environment changed.

        It ends when the tests end in any way.
        """
        environment = {**self.environment, **{k.encode(): v.encode() for k, v in changes.items()}}
        other = {}
        if self.owner.st_uid != os.geteuid():
            other = {"user": self.owner.st_uid, "group": self.owner.st_gid, "extra_groups": []}
        with open(self.run_dir / "logs" / f"{self.name}.log", "ab") as log:
            self.ours = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *self.command, *arguments],
                stdin=stdin, stdout=log, stderr=log if stderr is None else stderr, env=environment,
                start_new_session=True, **other,
            )
        self.pid = self.ours.pid
        self.pid_file.write_text(f"{self.pid}\n")

    def restart(self, *arguments: str, **changes: str) -> None:
        self.end(signal.SIGTERM)
        self.start(*arguments, **changes)

    def twin(self, name: str) -> "Part":
        """Another process of the same kind, not started yet."""
        twin = copy.copy(self)
        twin.name, twin.pid, twin.ours = name, 0, None
        return twin

    def memory(self, field: str = "VmRSS") -> int:
        """A figure of /proc/PID/status, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
        raise AssertionError(f"{self.name} has no {field}")

    def forget_peak(self) -> None:
        """From now on VmHWM is the highest RSS since now (proc(5), clear_refs)."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


class Rig:
    """A whole product whose parts are in the hands of a test."""

    def __init__(self, run_dir: Path, secret: str, **environment: str) -> None:
        self.product = products.start(
            run_dir, secret, BUILD="no", RATE_LIMITS="off", GATEREEVE_MAIL_POLL_INTERVAL="100",
            **environment,
        )
        self.product.process.send_signal(signal.SIGSTOP)
        self.run_dir = run_dir
        self.secret = secret
        names = [file.stem for file in (run_dir / "pids").glob("*.pid")]
        self.parts = {name: Part(name, run_dir) for name in names}
        self.client = Client(self.product.base_url)
        self.mailbox = Mailbox(self.product.mail_directory)
        self.administrator = Administrator(self.product)
        self.is_searched = False

    @property
    def database(self) -> Part:
        return self.parts["mariadbd"]

    @property
    def responder(self) -> Part:
        return self.parts["responder"]

    @property
    def mailer(self) -> Part:
        return self.parts["mailer"]

    @property
    def socket_path(self) -> str:
        return f"{self.run_dir}/responder.sock"

    @property
    def is_ready(self) -> bool:
        return self.client.get("/health/ready").status == 200

    @property
    def is_live(self) -> bool:
        return self.client.get("/health/live").status == 200

    def sql(self, text: str) -> list[list[str]]:
        """Rows of a query; the place that a full server keeps for administrators is waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.administrator.sql(text)
            except subprocess.CalledProcessError as error:
                if "Too many connections" not in error.stderr or time.monotonic() > deadline:
                    raise AssertionError(f"{text}: {error.stderr}") from error

    def start_database(self, *arguments: str) -> None:
        """Starts MariaDB again, with further arguments, and waits until it answers its administrator."""
        self.database.start(*arguments)
        probe = ["mariadb", "--no-defaults", f"--socket={self.run_dir}/mariadb/socket",
                 "--connect-timeout=2", "-e", "SELECT 1"]
        wait_for(lambda: subprocess.run(probe, capture_output=True).returncode == 0, "MariaDB")

    def restart_responder(self, **changes) -> None:
        self.responder.restart(**changes)
        wait_for(lambda: self.is_ready, "the responder")

    def add_twin(self, of: str, name: str) -> Part:
        self.parts[name] = self.parts[of].twin(name)
        return self.parts[name]

    def remove(self, name: str) -> None:
        part = self.parts.pop(name)
        part.end(signal.SIGTERM)
        part.pid_file.unlink(missing_ok=True)

    def search(self, name: str, nodes=()) -> list[str]:
        """Where a secret is written down that should not be, here and on the nodes of a cluster."""
        self.is_searched = True
        return places_with_secrets(name, self, nodes)

    def stop(self) -> None:
        """Ends all processes. What no test has searched is searched before."""
        try:
            if not self.is_searched:
                found = self.search(self.run_dir.parent.name)
                assert not found, found
        finally:
            self._end()

    def _end(self) -> None:
        for part in self.parts.values():
            if part.ours:
                part.end(signal.SIGTERM)
                part.pid_file.unlink(missing_ok=True)
            elif is_alive(part.pid):
                part.thaw()
        self.product.process.send_signal(signal.SIGCONT)
        self.product.stop()
