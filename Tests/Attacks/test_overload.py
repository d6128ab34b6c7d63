"""Taking the service's memory, threads and time by asking for much."""

import contextlib
import json
import multiprocessing
import os
import resource
import socket
import statistics
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from accounts import PASSWORD, new_name
from crowd import at_once
from figures import note
from forgery import claims, sign
from responders import Responder, answer, post
from slack import SLACK

HASH_MEMORY = 19456  # KiB, the default of passwords.argon2_memory
# A hash that takes seconds: what happens beside it does not depend on how fast the machine is.
DEAR = {
    "GATEREEVE_HASHING_THREADS": "1", "GATEREEVE_PASSWORDS_ARGON2_MEMORY": "262144",
    "GATEREEVE_PASSWORDS_ARGON2_ITERATIONS": "16", "GATEREEVE_PASSWORDS_ARGON2_PARALLELISM": "16",
}


def log_in(responder: Responder, username: str | None = None, password="wrong horse"):
    return responder.post("login/", {"username": username or new_name(), "password": password})


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class TestFullQueue:
    """One thread that hashes for seconds, and room for four requests before it."""

    @pytest.fixture
    def busy(self, product, tmp_path):
        responder = Responder.start(
            product, tmp_path, **DEAR, GATEREEVE_HASHING_QUEUE_LIMIT="4")
        connections = []
        for _ in range(5):
            connections.append(socket.socket(socket.AF_UNIX))
            connections[-1].connect(responder.socket)
            connections[-1].sendall(post("login/", {"username": new_name(), "password": "x"}))
        deadline = time.monotonic() + 20
        while not self.is_full(responder):
            assert time.monotonic() < deadline, responder.get("/metrics").text
        yield responder
        responder.process.kill()
        responder.process.wait()
        for connection in connections:
            connection.close()

    @staticmethod
    def is_full(responder) -> bool:
        return "gatereeve_hashing_queue 4" in responder.get("/metrics").text

    def test_what_does_not_fit_is_refused_before_any_hash_is_done(self, busy, admin):
        names = [new_name() for _ in range(20)]
        times = []
        for name in names:
            begun = time.monotonic()
            refused = log_in(busy, name)
            times.append((time.monotonic() - begun) * 1000)
            assert (refused.status, refused.header("Retry-After")) == (503, "1")
            assert refused.json == {"detail": "Service temporarily unavailable."}
        # All of that while nothing has left the queue.
        assert self.is_full(busy)
        note("503 of a full hashing queue, the slowest", f"{max(times):.1f} ms", "100 ms")
        assert max(times) <= 100 * SLACK
        # No guess was made, so none counts against the account.
        ((counted,),) = admin.sql(
            "SELECT COUNT(*) FROM attempts AS a JOIN (SELECT UNHEX(LEFT(SHA2(name, 256), 32)) AS k "
            "FROM (" + " UNION ".join(f"SELECT '{name}' AS name" for name in names)
            + ") AS n) AS n ON a.account_key = n.k")
        assert int(counted) == 0

    def test_a_registration_that_is_refused_does_not_count_for_its_network(
        self, product, tmp_path, admin
    ):
        address = "198.51.100.7"
        responder = Responder.start(
            product, tmp_path, **DEAR, GATEREEVE_HASHING_WAIT_LIMIT="100",
            GATEREEVE_LIMITS_ENABLED="true")

        def count():
            return int(admin.sql("SELECT COUNT(*) FROM attempts WHERE kind = 'registration'"
                                 f" AND remote_address = '{address}'")[0][0])

        def register(_=None, address=address):
            name = new_name()
            return responder.post(
                "register/", {"username": name, "email": f"{name}@example.test", "password": PASSWORD},
                address=address)

        # The one thread may be busy with hashes that are stored, to learn how long they take.
        while register(address="198.51.100.8").status != 201:
            assert responder.process.poll() is None
        replies = at_once(3, register)
        # One is hashed, and those behind it wait too long.
        assert sorted(reply.status for reply in replies) == [201, 503, 503]
        deadline = time.monotonic() + 20
        while count() > 1:
            assert time.monotonic() < deadline, count()
            time.sleep(0.05)
        assert count() == 1
        responder.stop()
        # Other tests are not to meet such dear hashes.
        admin.sql("UPDATE users SET password = '!' WHERE password LIKE '%m=262144,%'")

    def test_everything_else_goes_on(self, busy, accounts):
        refresh = accounts.tokens(accounts.active())["refresh"]
        for _ in range(20):
            assert busy.post("login/refresh/", {"refresh": refresh}).status == 200
            assert busy.get("/health/ready").status == 200
        assert busy.post("password-reset/", {"email": "x@example.test"}).status == 200
        assert busy.post("logout/", {"refresh": refresh}).status == 205
        assert self.is_full(busy)


@pytest.mark.released
def test_five_hundred_logins_at_once_take_no_more_memory_than_the_hashes(start_responder):
    threads = 2
    responder = start_responder(
        GATEREEVE_HASHING_THREADS=str(threads), GATEREEVE_HASHING_QUEUE_LIMIT="32",
        GATEREEVE_HASHING_WAIT_LIMIT="30000")
    at_once(100, lambda _: responder.get("/health/ready"))
    idle = responder.memory()
    replies = at_once(500, lambda _: log_in(responder))
    found = [reply.status for reply in replies]
    assert {reply.header("Retry-After") for reply in replies if reply.status == 503} == {"1"}
    peak, bound = responder.memory("VmHWM"), (idle + threads * HASH_MEMORY) * 1.1
    note("memory under 500 logins at once", f"{peak / 1024:.0f} MiB (idle {idle / 1024:.0f})",
         f"{bound / 1024:.0f} MiB")
    note("500 logins at once", {s: found.count(s) for s in sorted(set(found))}, "401 or 503")
    assert set(found) == {401, 503}
    assert peak <= bound
    responder.stop()
    # As the service saw it: the 500 clients share the processors with it.
    log = Path(f"{responder.socket}.log").read_text()
    times = [int(entry["microseconds"]) / 1000 for entry in map(json.loads, log.splitlines())
             if entry.get("status") == "503"]
    assert len(times) == found.count(503)
    quick = percentile(times, 0.99)
    note("503 of these, p99", f"{quick:.1f} ms, slowest {max(times):.1f}", "100 ms")
    assert quick <= 100 * SLACK


@pytest.mark.released
@pytest.mark.parametrize(
    "stored",
    [
        "argon2$argon2id$v=19$m=4194304,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$" + "A" * 43,
        "argon2$argon2id$v=19$m=19456,t=4000000,p=1$YWJjZGVmZ2hpamtsbW5vcA$" + "A" * 43,
        "scrypt$1073741824$salt$8$1$" + "A" * 86 + "==",
        "pbkdf2_sha256$2147483647$salt$" + "A" * 43 + "=",
        "bcrypt$$2b$31$" + "a" * 53,
    ],
    ids=["argon2 memory", "argon2 passes", "scrypt", "pbkdf2", "bcrypt"],
)
def test_an_absurd_hash_in_the_database_takes_neither_memory_nor_time(
    start_responder, accounts, admin, stored
):
    account, responder = accounts.active(), start_responder(GATEREEVE_HASHING_THREADS="1")
    assert log_in(responder).status == 401
    before = responder.memory("VmHWM")
    admin.sql(f"UPDATE users SET password = '{stored}' WHERE username = '{account.username}'")
    # An answer at all: the hash itself would take minutes, and the client waits for one.
    assert log_in(responder, account.username, PASSWORD).status == 401
    assert responder.memory("VmHWM") <= before + 2048


@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize("path", ["login/", "register/", "password-reset-confirm/MQ/x/"])
def test_a_huge_password_is_refused_unread(start_responder, client, path, size):
    value = {"username": new_name(), "email": "x@example.test", "password": "a" * size}
    method = "PATCH" if "confirm" in path else "POST"
    assert client.json(method, path, value).status == 413
    responder, request = start_responder(), post(path, value, REQUEST_METHOD=method)
    times = []
    for _ in range(9):
        begun = time.monotonic()
        received = responder.exchange(request)
        times.append((time.monotonic() - begun) * 1000)
        assert answer(received).status == 413
    took = statistics.median(times)
    note(f"413 for a password of {size // 1000} kB, {path.split('/')[0]}, median",
         f"{took:.1f} ms, slowest {max(times):.1f}", "10 ms")
    assert took <= 10 * SLACK


@pytest.mark.parametrize(
    "password",
    [b"a" * 1000, b"a" * 60000, b"a\\u0000b", b"\\ud800", b"\\udc00\\ud800", b"", b"\\uFFFF"],
    ids=["1 kB", "60 kB", "NUL", "surrogate", "surrogates", "empty", "no character"],
)
@pytest.mark.parametrize("path", ["login/", "register/"])
def test_an_odd_password_is_told_so_or_is_simply_wrong(client, accounts, path, password):
    account = accounts.active()
    name = account.username if path == "login/" else new_name()
    body = (
        b'{"username":"%s","email":"%s@example.test","password":"%s"}'
        % (name.encode(), name.encode(), password))
    refused = client.send("POST", path, body, {"Content-Type": "application/json"})
    assert refused.status in ({400, 401} if path == "login/" else {400})
    assert accounts.login(account).status == 200


@pytest.mark.parametrize("place", [71, 72, 73, 127])
def test_the_character_behind_the_72_bytes_of_bcrypt_counts(accounts, place):
    password = "x9" * 64
    account = accounts.active(password=password)
    changed = password[:place] + "_" + password[place + 1 :]
    assert accounts.login(accounts.with_password(account, changed)).status == 401
    assert accounts.login(account).status == 200


class TestSlowClients:
    """A thousand connections that send a byte now and then, or read none."""

    COUNT = 1000

    @pytest.fixture
    def crowd(self, product):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        address = urlsplit(product.base_url)
        opened = []
        yield lambda: opened.append(
            socket.create_connection((address.hostname, address.port), 10)) or opened[-1]
        for connection in opened:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    @pytest.mark.parametrize("sent", ["half a head", "half a body", "no reading"])
    def test_hold_no_worker(self, crowd, product, accounts, client, sent):
        body = json.dumps({"refresh": "x" * 2000}).encode()
        head = (
            b"POST /api/auth/login/refresh/ HTTP/1.1\r\nHost: a\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
        content = {
            "half a head": head[:60], "half a body": head + body[:1000], "no reading": head + body
        }[sent]
        connections = [crowd() for _ in range(self.COUNT)]
        for connection in connections:
            connection.sendall(content)
        refresh = accounts.tokens(accounts.active())["refresh"]
        times = []
        for number in range(50):
            if sent != "no reading":
                for connection in connections[number::50]:
                    # nginx may have had enough of it.
                    with contextlib.suppress(OSError):
                        connection.sendall(b"x")
            begun = time.monotonic()
            assert client.post("login/refresh/", {"refresh": refresh}).status == 200
            times.append((time.monotonic() - begun) * 1000)
        note(f"refresh beside {self.COUNT} slow clients, {sent}, p99",
             f"{percentile(times, 0.99):.1f} ms", "every one answered")


def log_in_again_and_again(responder: Responder, clients: int, ended) -> None:
    """So many clients in a process of their own, which wait as long as they are told before they come again.

    They yield: on machines of their own they would take nothing from the service.
    """
    os.nice(19)

    def act() -> None:
        while not ended.is_set():
            if log_in(responder).status == 503:
                ended.wait(1)

    threads = [threading.Thread(target=act) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.minutes
def test_a_wrong_password_costs_the_same_whatever_its_length(start_responder, accounts):
    responder, account = start_responder(), accounts.active()
    lengths = (8, 1000, 60_000)
    times = {length: [] for length in lengths}
    for _ in range(50):
        for length, found in times.items():
            begun = time.perf_counter()
            assert log_in(responder, account.username, "x" * length).status == 401
            found.append((time.perf_counter() - begun) * 1000)
    medians = [statistics.median(times[length]) for length in lengths]
    note("a wrong password of 8, 1000 and 60,000 bytes, median",
         "{:.1f}, {:.1f}, {:.1f} ms".format(*medians), "flat: 2 ms")
    assert max(medians) - min(medians) <= 2 * SLACK


@pytest.mark.minutes
def test_everything_else_is_quick_while_five_hundred_log_in(start_responder, product, accounts):
    responder, user = start_responder(), accounts.user_id(accounts.active())
    refresh = accounts.tokens(accounts.active())["refresh"]

    def ask_for_reset():
        return responder.post("password-reset/", {"email": f"{new_name()}@example.test"})

    def measure(name, ask, status):
        times = []
        for _ in range(500):
            begun = time.perf_counter()
            assert ask().status == status
            times.append((time.perf_counter() - begun) * 1000)
        note(f"{name} while 500 log in, p99", f"{percentile(times, 0.99):.1f} ms", "50 ms")
        assert percentile(times, 0.99) <= 50 * SLACK

    context = multiprocessing.get_context("fork")
    ended = context.Event()
    flood = context.Process(target=log_in_again_and_again, args=(responder, 500, ended))
    flood.start()
    try:
        deadline = time.monotonic() + 20
        while "gatereeve_hashing_queue 0" in responder.get("/metrics").text:
            assert time.monotonic() < deadline, "nobody logs in"
        measure("refresh", lambda: responder.post("login/refresh/", {"refresh": refresh}), 200)
        measure(
            "logout", lambda: responder.post(
                "logout/", {"refresh": sign(claims(user), product.signing_secret)}), 205)
        measure("ready", lambda: responder.get("/health/ready"), 200)
        measure("password-reset", ask_for_reset, 200)
    finally:
        ended.set()
        flood.join(60)
    assert flood.exitcode == 0


@pytest.mark.minutes
def test_refreshes_do_not_notice_a_flood_of_logins(start_responder, accounts):
    responder = start_responder()
    refresh = accounts.tokens(accounts.active())["refresh"]
    ended, statuses = threading.Event(), []

    def flood() -> None:
        while not ended.is_set():
            statuses.append(log_in(responder).status)

    def measure(count: int) -> list[float]:
        times = []
        for _ in range(count):
            begun = time.perf_counter()
            assert responder.post("login/refresh/", {"refresh": refresh}).status == 200
            times.append((time.perf_counter() - begun) * 1000)
        return times

    measure(200)
    quiet = measure(2000)
    clients = [threading.Thread(target=flood) for _ in range(64)]
    for thread in clients:
        thread.start()
    try:
        flooded = measure(5000)
    finally:
        ended.set()
        for thread in clients:
            thread.join()
    note("refresh p99, quiet", f"{percentile(quiet, 0.99):.2f} ms", "")
    note("refresh p99 while 64 clients flood login", f"{percentile(flooded, 0.99):.2f} ms", "10 ms")
    note("answers to the flood", {s: statuses.count(s) for s in sorted(set(statuses))},
         "401 or 503")
    assert set(statuses) <= {401, 503}
    assert percentile(flooded, 0.99) <= 10
