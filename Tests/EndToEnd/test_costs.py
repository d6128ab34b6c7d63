"""What a request and an idle service cost: bounds that a change must not cross unseen."""

import os
import subprocess
import time
from pathlib import Path

import fastcgi
import pytest
from administration import PROGRAM
from product import environment_of


@pytest.fixture
def fresh_responder(started_product, tmp_path, request):
    """Starts one more responder, with workers as the test says; gives its process and its socket."""
    listener = f"{tmp_path}/s"
    workers = getattr(request, "param", {})
    process = subprocess.Popen(
        [PROGRAM, "serve", "--config", "/dev/null"],
        env=environment_of(started_product.pid("responder"))
        | {"GATEREEVE_SERVER_LISTEN": listener} | workers,
        stderr=subprocess.DEVNULL)
    yield process, listener
    process.terminate()
    assert process.wait(20) == 0


def first_answer(listener: str) -> bytes:
    deadline = time.monotonic() + 20
    while True:
        try:
            return fastcgi.ask(listener, fastcgi.request("GET", "/health/ready"))
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < deadline, "the responder does not listen"
            time.sleep(0.001)


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors (proc(5), utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.released
def test_a_start_takes_little_of_the_processor(fresh_responder):
    # 0.03 s on two cores of 2024. In a restart it is taken from the instances that answer meanwhile.
    process, listener = fresh_responder
    assert b'{"status":"ready"}' in first_answer(listener)
    assert processor_seconds(process.pid) < 0.12


@pytest.mark.released
def test_an_idle_responder_is_small(fresh_responder):
    process, listener = fresh_responder
    first_answer(listener)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    memory = dict(line.split(":", 1) for line in status.splitlines())["VmRSS"]
    assert int(memory.split()[0]) < 40 * 1024


def waits(process: int) -> int:
    """How often the threads of a process have gone to sleep."""
    lines = [
        line for status in Path(f"/proc/{process}/task").glob("*/status")
        for line in status.read_text(encoding="ascii").splitlines()
        if line.startswith("voluntary_ctxt_switches")]
    assert lines
    return sum(int(line.split()[1]) for line in lines)


def waits_when_settled(process: int) -> int:
    """The same, once its threads have started and only the monitor still moves."""
    deadline = time.monotonic() + 20
    before, now = 0, waits(process)
    while now - before > 2:
        assert time.monotonic() < deadline, "the threads do not come to rest"
        time.sleep(0.2)
        before, now = now, waits(process)
    return now


@pytest.mark.released
@pytest.mark.parametrize(
    "fresh_responder", [{"GATEREEVE_SERVER_WORKERS": "32"}], indirect=True, ids=["32 workers"])
def test_an_idle_responder_hardly_wakes(fresh_responder):
    process, listener = fresh_responder
    first_answer(listener)
    before = waits_when_settled(process.pid)
    begun = time.monotonic()
    time.sleep(3)
    rate = (waits(process.pid) - before) / (time.monotonic() - begun)
    # The monitor looks after the workers five times in a second; nobody else has anything to do.
    assert rate <= 10


@pytest.mark.released
@pytest.mark.parametrize(
    "fresh_responder", [{"GATEREEVE_SERVER_WORKERS": "32"}], indirect=True, ids=["32 workers"])
def test_a_connection_wakes_one_worker(fresh_responder):
    process, listener = fresh_responder
    first_answer(listener)
    before = waits_when_settled(process.pid)
    for _ in range(200):
        assert b"Status: 200" in fastcgi.ask(listener, fastcgi.request("GET", "/health/live"))
    # It waits for the connection and, since the client sends after it has connected, for the request.
    # One more that woke in vain each time would make it three; all of them, more than thirty.
    assert waits(process.pid) - before <= 200 * 2.5


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


def of_the_mailer(seconds: float) -> float:
    """How many statements the mailer may add: it looks into its outbox ten times in a second."""
    return 10 + 10 * seconds


def test_a_refresh_asks_the_database_once(client, accounts, statements):
    refresh = accounts.tokens(accounts.active())["refresh"]
    client.post("login/refresh/", {"refresh": refresh})
    before, begun = statements(), time.monotonic()
    for _ in range(100):
        assert client.post("login/refresh/", {"refresh": refresh}).status == 200
    count = statements() - before
    assert 100 <= count <= 100 + of_the_mailer(time.monotonic() - begun)


def test_a_refused_token_asks_the_database_nothing(client, statements):
    before, begun = statements(), time.monotonic()
    for _ in range(100):
        assert client.post("login/refresh/", {"refresh": "a.b.c"}).status == 401
    assert statements() - before <= of_the_mailer(time.monotonic() - begun)
