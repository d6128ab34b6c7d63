"""scripts/run, which `make run` is: what it promises to a developer.

The program must have been built: these tests start it many times and build it never.
"""

import os
import signal
import socket
import time
from pathlib import Path

import jwt
import product as products
import pytest
from accounts import Accounts
from client import Client
from mailboxes import Mailbox

NAMES = {"nginx", "mariadbd", "responder", "mailer", "catcher"}
SECRET = "a secret of this test, long enough for HMAC"


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def start(tmp_path):
    """Starts products of this test; what still runs at its end is stopped."""
    started = []

    def start_one(name: str = "run", **environment):
        one = products.start(tmp_path / name, SECRET, BUILD="no", **environment)
        started.append(one)
        return one

    yield start_one
    for one in started:
        if one.process.poll() is None:
            one.stop()


def pids_of(product) -> dict[str, int]:
    return {file.stem: int(file.read_text()) for file in (product.run_dir / "pids").glob("*.pid")}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(start, number):
    product = start()
    pids = pids_of(product)
    assert set(pids) == NAMES
    assert all(alive(pid) for pid in pids.values())
    assert product.stop(number) == 0
    assert [name for name, pid in pids.items() if alive(pid)] == []
    assert pids_of(product) == {}


def test_nothing_outlives_a_killed_script(start):
    product = start()
    pids = pids_of(product)
    product.process.kill()
    product.process.wait()
    assert wait_for(lambda: not any(alive(pid) for pid in pids.values()))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_death_of_a_part_ends_the_run_and_is_reported(start, name):
    product = start()
    pids = pids_of(product)
    os.kill(pids[name], signal.SIGKILL)
    assert product.process.wait(60) == 1
    output = product.run_dir.with_name("run.output").read_text()
    assert f"run: {name} ended unexpectedly; its log is {product.run_dir}/logs/{name}.log" in output
    assert [other for other, pid in pids.items() if alive(pid)] == []


def test_two_runs_stand_side_by_side_and_state_outlives_a_run(start):
    first, second = start("first"), start("second")
    client = Client(first.base_url)
    account = Accounts(client, Mailbox(first.mail_directory)).active()
    body = {"username": account.username, "password": account.password}
    assert Client(second.base_url).post("login/", body).status == 401
    refresh = client.post("login/", body).json["refresh"]
    assert first.stop() == 0
    again = Client(start("first").base_url)
    assert again.post("login/", body).status == 200
    assert again.post("login/refresh/", {"refresh": refresh}).status == 200


def test_one_directory_serves_one_run(start):
    product = start()
    with pytest.raises(RuntimeError, match="is in use by another run"):
        products.start(product.run_dir, SECRET, BUILD="no")
    assert Client(product.base_url).get("login/").status == 405


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        with pytest.raises(RuntimeError, match=f"port {port}"):
            products.start(tmp_path / "run", SECRET, PORT=port, BUILD="no")


def test_a_directory_too_long_for_a_socket_is_named(tmp_path):
    with pytest.raises(RuntimeError, match="too long for a unix socket"):
        products.start(tmp_path / ("d" * 120), SECRET, BUILD="no")


def test_a_settings_file_is_used(start, tmp_path):
    config = tmp_path / "settings.yaml"
    config.write_text("tokens:\n  access_lifetime: 77\n")
    product = start(CONFIG=str(config))
    accounts = Accounts(Client(product.base_url), Mailbox(product.mail_directory))
    claims = jwt.decode(
        accounts.tokens(accounts.active())["access"], SECRET, algorithms=["HS256"]
    )
    assert claims["exp"] - claims["iat"] == 77


def test_a_wrong_settings_file_is_reported(tmp_path):
    config = tmp_path / "settings.yaml"
    config.write_text("tokens:\n  access_lifetim: 77\n")
    with pytest.raises(RuntimeError, match="access_lifetim"):
        products.start(tmp_path / "run", SECRET, CONFIG=str(config), BUILD="no")


def test_mails_go_to_the_server_that_is_named_and_links_to_the_origin(start):
    catcher = start("catcher")
    port = (catcher.run_dir / "smtp-port").read_text().strip()
    product = start(
        "sender", SMTP_URL=f"smtp://127.0.0.1:{port}", PUBLIC_ORIGIN="https://auth.example.org"
    )
    assert set(pids_of(product)) == NAMES - {"catcher"}
    mailbox = Mailbox(catcher.mail_directory)
    account = Accounts(Client(product.base_url), mailbox).inactive()
    content = mailbox.wait(account.email).as_string()
    assert "https://auth.example.org/api/auth/verify-email/?token=" in content


class TestLimits:
    """With RATE_LIMITS=on, which is the default."""

    @pytest.fixture(scope="class")
    def limited(self, tmp_path_factory):
        product = products.start(
            tmp_path_factory.mktemp("limited") / "run", SECRET, BUILD="no"
        )
        yield Client(product.base_url)
        product.stop()

    def test_a_flood_is_throttled_in_the_shape_of_the_replaced_system(self, limited):
        answers = []
        deadline = time.monotonic() + 30
        while (not answers or answers[-1].status != 429) and time.monotonic() < deadline:
            answers.append(limited.get("login/"))
        throttled = answers[-1]
        assert throttled.status == 429
        assert {answer.status for answer in answers[:-1]} == {405}
        seconds = int(throttled.header("Retry-After"))
        unit = "second" if seconds == 1 else "seconds"
        assert throttled.json == {
            "detail": f"Request was throttled. Expected available in {seconds} {unit}."
        }
        assert throttled.header("Cache-Control") == "no-store"
        assert throttled.header("X-Content-Type-Options") == "nosniff"
        assert wait_for(lambda: limited.get("login/").status == 405, seconds + 5)
