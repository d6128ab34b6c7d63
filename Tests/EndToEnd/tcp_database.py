"""A MariaDB that listens on TCP, with and without encryption."""

import contextlib
import os
import pwd
import secrets
import subprocess
import time
from pathlib import Path

from certificates import Certificate
from known_secrets import SECRETS
from product import free_port

PATIENCE = 60.0
HOST = "127.0.0.1"
PASSWORD = secrets.token_urlsafe(24)
SECRETS.add(PASSWORD)


class TCPDatabase:
    """A MariaDB that listens on TCP and writes down who logs in, or tries to."""

    def __init__(self, directory: Path, certificate: Certificate | None) -> None:
        self._directory = directory
        self._shown = Certificate(directory / "server.pem", directory / "server.key")
        directory.mkdir()
        # As ourselves: the directories of the tests are closed to others. Root must say so.
        owner = pwd.getpwuid(os.geteuid()).pw_name
        self._common = ["--no-defaults", f"--user={owner}", f"--datadir={directory}/data",
                        "--innodb-log-file-size=8M"]
        subprocess.run(
            ["mariadb-install-db", *self._common, "--skip-test-db", "--skip-name-resolve",
             "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        if certificate:
            self._lay_down(certificate)
            self._start(f"--ssl-cert={self._shown.file}", f"--ssl-key={self._shown.key}")
        else:
            self._start("--skip-ssl")
        self.sql(f"""
            CREATE DATABASE gatereeve CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
            CREATE USER gatereeve@'{HOST}' IDENTIFIED BY '{PASSWORD}';
            GRANT ALL ON gatereeve.* TO gatereeve@'{HOST}';
            SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON;""")

    def _start(self, *encryption: str) -> None:
        deadline = time.monotonic() + PATIENCE
        path = f"{os.environ['PATH']}:/usr/sbin:/usr/libexec"
        while True:
            self.port = free_port()
            with open(self._directory / "log", "ab") as log:
                self.process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "TERM", "--", "mariadbd", *self._common,
                     f"--socket={self._directory}/socket", f"--pid-file={self._directory}/pid",
                     f"--bind-address={HOST}", f"--port={self.port}", "--skip-name-resolve",
                     "--innodb-buffer-pool-size=32M", "--performance-schema=OFF", *encryption],
                    env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            # Another program may have taken the port meanwhile: the server ends, and gets another one.
            while self.process.poll() is None:
                with contextlib.suppress(subprocess.CalledProcessError):
                    self.sql("SELECT 1")
                    return
                time.sleep(0.05)
            assert time.monotonic() < deadline, (self._directory / "log").read_text()[-2000:]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def sql(self, text: str) -> list[list[str]]:
        done = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self._directory}/socket", "--user=root",
             "--batch", "--skip-column-names"],
            input=text, capture_output=True, check=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def _lay_down(self, certificate: Certificate) -> None:
        self._shown.file.write_bytes(certificate.file.read_bytes())
        self._shown.key.write_bytes(certificate.key.read_bytes())

    def show(self, certificate: Certificate) -> None:
        """Changes the certificate that the server shows."""
        self._lay_down(certificate)
        self.sql("FLUSH SSL")

    def logins(self) -> list[str]:
        """Who has sent a name over TCP since the last question, whatever the server thought of it.

        A connection that is still open is waited for: it may yet send one.
        """
        deadline = time.monotonic() + PATIENCE
        while others := self.sql("SELECT user, host FROM information_schema.PROCESSLIST"
                                 " WHERE id <> CONNECTION_ID() AND user <> 'system user'"):
            assert time.monotonic() < deadline, others
            time.sleep(0.05)
        rows = self.sql("""
            SELECT argument FROM mysql.general_log
                WHERE command_type = 'Connect' AND argument NOT LIKE 'root@localhost %';
            TRUNCATE TABLE mysql.general_log;""")
        return [argument for argument, in rows]
