"""What a request and an idle service cost: bounds that a change must not cross unseen."""

import os
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest
from administration import PROGRAM


def environment_of(process: int) -> dict[str, str]:
    entries = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def fastcgi_get(path: str, listener: str) -> bytes:
    """The answer to a GET, straight from the responder (FastCGI 1.0 §3)."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content

    parameters = b"".join(
        struct.pack("BB", len(name), len(value)) + name + value
        for name, value in ((b"REQUEST_METHOD", b"GET"), (b"REQUEST_URI", path.encode())))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(listener)
        connection.sendall(
            record(1, struct.pack(">HB5x", 1, 0)) + record(4, parameters) + record(4, b"")
            + record(5, b""))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.fixture
def fresh_responder(started_product, tmp_path):
    """Starts one more responder; gives its process and its socket."""
    listener = f"{tmp_path}/s"
    process = subprocess.Popen(
        [PROGRAM, "serve", "--config", "/dev/null"],
        env=environment_of(started_product.pid("responder"))
        | {"GATEREEVE_SERVER_LISTEN": listener},
        stderr=subprocess.DEVNULL)
    yield process, listener
    process.terminate()
    assert process.wait(20) == 0


def first_answer(listener: str) -> bytes:
    deadline = time.monotonic() + 20
    while True:
        try:
            return fastcgi_get("/health/ready", listener)
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < deadline, "the responder does not listen"
            time.sleep(0.001)


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors (proc(5), utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_start_takes_little_of_the_processor(fresh_responder):
    # 0.03 s on two cores of 2024. In a restart it is taken from the instances that answer meanwhile.
    process, listener = fresh_responder
    assert b'{"status":"ready"}' in first_answer(listener)
    assert processor_seconds(process.pid) < 0.12


def test_an_idle_responder_is_small(fresh_responder):
    process, listener = fresh_responder
    first_answer(listener)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    memory = dict(line.split(":", 1) for line in status.splitlines())["VmRSS"]
    assert int(memory.split()[0]) < 40 * 1024


@pytest.fixture
def statements(started_product):
    """Counts the statements that the database has carried out."""

    def count() -> int:
        answer = subprocess.run(
            ["mariadb", "--no-defaults", "--skip-column-names", "--user=root",
             f"--socket={started_product.run_dir}/mariadb/socket",
             "--execute=SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"],
            check=True, capture_output=True, text=True, env=os.environ)
        return int(answer.stdout.split()[1])

    return count


# The mailer looks into its outbox meanwhile.
MAILER = 10


def test_a_refresh_asks_the_database_once(client, accounts, statements):
    refresh = accounts.tokens(accounts.active())["refresh"]
    client.post("login/refresh/", {"refresh": refresh})
    before = statements()
    for _ in range(100):
        assert client.post("login/refresh/", {"refresh": refresh}).status == 200
    assert 100 <= statements() - before <= 100 + MAILER


def test_a_refused_token_asks_the_database_nothing(client, statements):
    before = statements()
    for _ in range(100):
        assert client.post("login/refresh/", {"refresh": "a.b.c"}).status == 401
    assert statements() - before <= MAILER
