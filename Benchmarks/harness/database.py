"""A private MariaDB server, with its defaults but for the size of its cache."""

import os
import subprocess
from pathlib import Path

from .programs import BenchmarkError, Programs


class Database:
    """A server on a unix socket in the directory of the run."""

    def __init__(self, programs: Programs, cache_mib: int = 256) -> None:
        self._programs = programs
        self._directory = programs.directory / "mariadb"
        self.socket = self._directory / "socket"
        data = self._directory / "data"
        self._directory.mkdir()
        # As its own user when root runs the benchmark, as ourselves otherwise.
        owner, self._as_owner, follows = [], [], []
        if os.geteuid() == 0:
            subprocess.run(["chown", "mysql:", self._directory], check=True)
            owner = ["--user=mysql"]
            self._as_owner = ["setpriv", "--reuid=mysql", "--regid=mysql", "--init-groups"]
            # Becoming another user forgets whose end it should follow.
            follows = ["--pdeathsig=TERM"]
        installed = subprocess.run(
            [*self._as_owner, "mariadb-install-db", "--no-defaults", f"--datadir={data}",
             "--auth-root-authentication-method=normal", "--skip-test-db", *owner],
            capture_output=True, text=True)
        if installed.returncode != 0:
            raise BenchmarkError(f"no database could be made:\n{installed.stderr[-2000:]}")
        self.process = programs.start("mariadbd", [
            *self._as_owner, *follows, self._program(), "--no-defaults", f"--datadir={data}",
            f"--socket={self.socket}", f"--pid-file={self._directory}/pid", "--skip-networking",
            "--skip-name-resolve", "--character-set-server=utf8mb4", "--max-connections=300",
            f"--innodb-buffer-pool-size={cache_mib}M"])
        programs.wait_until("mariadbd", self.process, self._answers)
        self.sql("CREATE USER bench@localhost IDENTIFIED BY 'bench';"
                 "GRANT ALL ON *.* TO bench@localhost;")

    @staticmethod
    def _program() -> str:
        for directory in (*os.environ["PATH"].split(":"), "/usr/sbin", "/usr/libexec"):
            if Path(directory, "mariadbd").exists():
                return f"{directory}/mariadbd"
        raise BenchmarkError("mariadbd is not installed")

    def _answers(self) -> bool:
        return self._run("SELECT 1").returncode == 0

    def _run(self, text: str, database: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch",
             "--skip-column-names", *([database] if database else [])],
            input=text, capture_output=True, text=True)

    def sql(self, text: str, database: str = "") -> str:
        """Runs statements; gives what they print."""
        done = self._run(text, database)
        if done.returncode != 0:
            raise BenchmarkError(f"{text[:200]}\n{done.stderr}")
        return done.stdout

    def create(self, name: str) -> None:
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")

    def counters(self) -> dict[str, int]:
        """What clients asked for since the start; asking counts itself (see ``Counting``)."""
        names = "'Questions', 'Com_stmt_prepare', 'Com_commit'"
        lines = self.sql(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({names})").splitlines()
        return {name: int(value) for name, value in (line.split("\t") for line in lines)}


class Counting:
    """Counts what clients ask of a database while a block runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.questions = self.prepares = self.commits = 0

    def __enter__(self) -> "Counting":
        # What asking twice in a row costs by itself.
        first, second = self._database.counters(), self._database.counters()
        self._own = {name: second[name] - first[name] for name in first}
        self._before = second
        return self

    def __exit__(self, *_) -> None:
        after = self._database.counters()
        spent = {name: after[name] - self._before[name] - self._own[name] for name in after}
        self.questions = max(0, spent["Questions"])
        self.prepares = max(0, spent["Com_stmt_prepare"])
        self.commits = max(0, spent["Com_commit"])
