"""The way to a database on another machine: encrypted, and to nobody but the right server."""

import contextlib
import os
import pwd
import secrets
import socket
import ssl
import struct
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from administration import PROGRAM, Outcome, sanitizer_options
from known_secrets import SECRETS
from product import ROOT, free_port

PATIENCE = 60.0
HOST = "127.0.0.1"
PASSWORD = secrets.token_urlsafe(24)
SECRETS.add(PASSWORD)
REFUSAL = "No connection to the database: MariaDB error 2026, no trusted encryption."
# The protocol's flag of a server that can encrypt, and what else a server of today can do.
ENCRYPTS = 0x0800
CAPABILITIES = 0x81FF_F7FE


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path


class Authority:
    """Signs certificates of servers."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._directory = directory
        self.file = directory / "authority.pem"
        self._key = directory / "authority.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=Authority", "-keyout", self._key, "-out", self.file)

    def sign(self, names: str, days: int = 2) -> Certificate:
        """A certificate for names as openssl writes them; days below 0 have it expired."""
        stem = self._directory / secrets.token_hex(4)
        made = Certificate(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        request, extensions = stem.with_suffix(".request"), stem.with_suffix(".extensions")
        extensions.write_text(f"subjectAltName = {names}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=server", "-keyout", made.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key,
                "-set_serial", "1", "-days", str(days), "-extfile", extensions, "-out", made.file)
        return made


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Server:
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


class FalseServer:
    """Greets one client as MariaDB does, and keeps what the client then tells.

    With a certificate it encrypts; what the client sends below that is kept in clear.
    """

    def __init__(self, certificate: Certificate | None) -> None:
        self._certificate = certificate
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._told = b""
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def told(self) -> bytes:
        """What the client has sent beyond its wish to encrypt, once it has gone."""
        self._thread.join()
        return self._told

    def _talk(self) -> None:
        # Whoever does not trust the certificate hangs up in the middle of a word.
        with self._listener, contextlib.suppress(ConnectionError, ssl.SSLError):
            client, _ = self._listener.accept()
            with client:
                client.settimeout(PATIENCE)
                client.sendall(packet(0, greeting(encrypts=self._certificate is not None)))
                if self._certificate is None:
                    self._hear(client)
                    return
                client.recv(36, socket.MSG_WAITALL)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._certificate.file, self._certificate.key)
                with context.wrap_socket(client, server_side=True) as encrypted:
                    self._hear(encrypted)

    def _hear(self, client: socket.socket) -> None:
        self._told = client.recv(4096)
        if self._told:
            # The protocol lets a server ask for the password itself.
            client.sendall(packet(self._told[3] + 1, b"\xfemysql_clear_password\0"))
            self._told += client.recv(4096)


def packet(number: int, content: bytes) -> bytes:
    return struct.pack("<I", len(content))[:3] + bytes([number]) + content


def greeting(encrypts: bool) -> bytes:
    capabilities = CAPABILITIES | (ENCRYPTS if encrypts else 0)
    low, high = capabilities & 0xFFFF, capabilities >> 16
    return (b"\x0a10.11.0-MariaDB\0" + struct.pack("<I", 1) + b"abcdefgh\0"
            + struct.pack("<HBHH", low, 45, 2, high) + bytes([21]) + bytes(10) + b"ijklmnopqrst\0"
            + b"mysql_native_password\0")


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("database-encryption")


@pytest.fixture(scope="module")
def ours(directory):
    return Authority(directory / "ours")


@pytest.fixture(scope="module")
def foreign(directory):
    return Authority(directory / "foreign")


@pytest.fixture(scope="module")
def certificates(ours, foreign):
    """What a server may show, by what is wrong with it."""
    right = f"IP:{HOST}, DNS:localhost"
    return {
        "right": ours.sign(right),
        "of a foreign authority": foreign.sign(right),
        "for another name": ours.sign("IP:127.0.0.2, DNS:database.example.org"),
        "expired": ours.sign(right, days=-1),
    }


@pytest.fixture(scope="module")
def server(directory, certificates):
    one = Server(directory / "server", certificates["right"])
    yield one
    one.stop()


@pytest.fixture(scope="module")
def plain_server(directory):
    one = Server(directory / "plain-server", None)
    yield one
    one.stop()


@pytest.fixture
def connect(tmp_path):
    """Runs a command that asks the database at a port for the state of the schema."""
    (tmp_path / "database.password").write_text(PASSWORD)
    (tmp_path / "tokens.signing_secret").write_text(secrets.token_hex(32))

    def connect_to(port: int, authority: Path | str, host: str = HOST) -> Outcome:
        done = subprocess.run(
            [PROGRAM, "migrate", "status"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE, env=sanitizer_options() | {
                "CREDENTIALS_DIRECTORY": str(tmp_path),
                "GATEREEVE_CONFIG": "/dev/null",
                "GATEREEVE_PUBLIC_ORIGIN": "https://auth.example.org",
                "GATEREEVE_MAIL_FROM": "no-reply@example.org",
                "GATEREEVE_DATABASE_SOCKET": "",
                "GATEREEVE_DATABASE_HOST": host,
                "GATEREEVE_DATABASE_PORT": str(port),
                "GATEREEVE_DATABASE_CA_FILE": str(authority),
                "GATEREEVE_PATHS_MIGRATIONS": f"{ROOT}/migrations",
            })
        return Outcome(done.returncode, done.stdout, done.stderr)

    return connect_to


REFUSED = Outcome(1, "", f"gatereeve: {REFUSAL}\n")
BAD_CERTIFICATES = ["of a foreign authority", "for another name", "expired"]


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_a_server_that_the_authority_vouches_for_is_spoken_to_in_cipher(
    server, connect, ours, certificates, host
):
    server.show(certificates["right"])
    outcome = connect(server.port, ours.file, host)
    assert (outcome.status, outcome.complaint) == (0, "")
    assert "pending" in outcome.output
    assert server.logins() == [f"gatereeve@{HOST} on gatereeve using SSL/TLS"]


@pytest.mark.parametrize("fault", BAD_CERTIFICATES)
def test_a_server_with_a_bad_certificate_is_refused_before_it_is_told_a_name(
    server, connect, ours, certificates, fault
):
    server.show(certificates[fault])
    assert connect(server.port, ours.file) == REFUSED
    assert server.logins() == []


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_without_its_authorities_it_trusts_nobody(
    server, connect, certificates, tmp_path, content
):
    server.show(certificates["right"])
    authorities = tmp_path / "authorities.pem"
    if content is not None:
        authorities.write_text(content)
    assert connect(server.port, authorities) == REFUSED
    assert server.logins() == []


def test_a_server_that_cannot_encrypt_is_refused_before_it_is_told_a_name(
    plain_server, connect, ours
):
    assert connect(plain_server.port, ours.file) == REFUSED
    assert plain_server.logins() == []


@pytest.mark.parametrize("fault", [*BAD_CERTIFICATES, "none at all"])
def test_a_false_server_learns_nothing(connect, ours, certificates, fault):
    false = FalseServer(certificates.get(fault))
    assert connect(false.port, ours.file) == REFUSED
    assert false.told() == b""


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted", "without encryption"])
def test_no_server_is_told_the_password_itself(connect, ours, certificates, is_trusted):
    false = FalseServer(certificates["right"] if is_trusted else None)
    outcome = connect(false.port, ours.file if is_trusted else "")
    assert outcome.status == 1
    assert "the server asks for a way to log in that is not allowed" in outcome.complaint
    told = false.told()
    assert b"gatereeve" in told, "it was not spoken to at all"
    assert PASSWORD.encode() not in told
