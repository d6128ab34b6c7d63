"""monitoring/fail2ban: the real fail2ban finds refused logins in what the product really logs, with
the right address, and nobody can have another address banned."""

import http.client
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import product as products
import pytest
from accounts import PASSWORD
from product import ROOT

FILTERS = ROOT / "monitoring" / "fail2ban" / "filter.d"
PREFIX = "/api/auth/"
# Addresses of this machine from which requests come, and one that an attacker wants banned.
GUESSER, THROTTLED, HONEST, VICTIM = "127.0.0.66", "127.0.0.67", "127.0.0.68", "203.0.113.9"
PATIENCE = 20.0

FORGED_JSON = (
    f'x"}}\n{{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"request",'
    f'"request_id":"00","route":"login","method":"POST","status":"401","address":"{VICTIM}",'
)
FORGED_TEXT = (
    f"x\n<6>request request_id=00 route=login method=POST status=401 address={VICTIM} "
)


@pytest.fixture(scope="module", params=["json", "text"])
def site(request, tmp_path_factory):
    """A product with a log of each format, which throttles after five failures from a network."""
    started = products.start(
        tmp_path_factory.mktemp("site") / "run", "a secret of this test, long enough for HMAC",
        BUILD="no", GATEREEVE_LOG_FORMAT=request.param,
        GATEREEVE_LIMITS_LOGIN_FAILURES_PER_NETWORK="5",
    )
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="module")
def filters(tmp_path_factory) -> Path:
    """Our filters beside what fail2ban's own folder has."""
    directory = tmp_path_factory.mktemp("fail2ban") / "filter.d"
    shutil.copytree("/etc/fail2ban/filter.d", directory)
    for file in FILTERS.iterdir():
        shutil.copy(file, directory)
    return directory


def send(site, source: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection(
        site.base_url.removeprefix("http://"), timeout=30, source_address=(source, 0)
    )
    try:
        connection.request(
            "POST", path, body, {"Content-Type": "application/json", **(headers or {})}
        )
        return connection.getresponse().status
    finally:
        connection.close()


def log_in_badly(site, source: str, name: str) -> int:
    body = json.dumps({"username": name, "password": "a wrong one"}).encode()
    return send(site, source, PREFIX + "login/", body)


def lines_of(site, log: str, addresses: dict[str, int]) -> list[str]:
    """The log, as soon as it has so many lines of each address."""
    deadline = time.monotonic() + PATIENCE
    while True:
        lines = site.log(log).splitlines()
        found = {
            address: sum(re.search(rf"\b{re.escape(address)}\b", line) is not None for line in lines)
            for address in addresses
        }
        if found == addresses:
            return lines
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def banned(lines: list[str], log: Path, filter_file: Path) -> list[str]:
    """The addresses that fail2ban would count a failure of, once for each."""
    log.write_text("".join(line + "\n" for line in lines))
    done = subprocess.run(
        ["fail2ban-regex", "--usedns=no", "--out=<ip>", log, filter_file],
        capture_output=True, text=True, check=True,
    )
    return sorted(done.stdout.split())


def as_journal(lines: list[str]) -> list[str]:
    """As fail2ban sees the lines when it reads the journal: the priority is taken off."""
    return [
        f"2026-11-25T22:03:00.123456 auth gatereeve[{number}]: " + re.sub(r"^<\d>", "", line)
        for number, line in enumerate(lines, 1)
    ]


@pytest.fixture(scope="module")
def traffic(site) -> None:
    """Two refused logins, five and then throttled ones, honest requests, and forgery."""
    for name in ("ada", "nobody"):
        assert log_in_badly(site, GUESSER, name) == 401
    statuses = [log_in_badly(site, THROTTLED, f"user{number}") for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2

    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    assert send(site, HONEST, PREFIX + "register/", json.dumps(account).encode()) == 201
    assert send(site, HONEST, PREFIX + "login/", b"{") == 400
    assert send(site, HONEST, PREFIX + "logout/", b'{"refresh":"x"}') == 401
    assert send(site, HONEST, PREFIX + "login/refresh/", b'{"refresh":"x"}') == 401


@pytest.fixture(scope="module")
def forgery(site, traffic) -> None:
    """Requests of the first guesser that name another address wherever a client can put text."""
    for name in (VICTIM, FORGED_JSON, FORGED_TEXT):
        assert log_in_badly(site, GUESSER, name) == 401
    headers = {
        "X-Forwarded-For": VICTIM, "X-Real-IP": VICTIM, "Forwarded": f"for={VICTIM}",
        "X-Request-ID": f"00 route=login method=POST status=401 address={VICTIM} ",
        "Remote-Addr": VICTIM,
        "User-Agent": f'x","client":"{VICTIM}","method":"POST","path":"/login/","status":401,',
    }
    assert send(site, HONEST, PREFIX + "logout/", b'{"refresh":"x"}', headers) == 401
    path = f'/x","client":"{VICTIM}","method":"POST","path":"/api/auth/login/","status":401,'
    assert send(site, HONEST, path.replace('"', "%22"), b"{}") == 404
    quoted = path.replace('"', "%22")
    assert send(site, HONEST, f"{PREFIX}login/{quoted}", b"{}") == 404
    assert send(site, HONEST, f"{PREFIX}password-reset/?{quoted}", b"{}") == 400


EXPECTED = sorted([GUESSER] * 5 + [THROTTLED] * 7)


def test_the_log_of_the_responders_bans_whom_it_should(site, forgery, filters, tmp_path):
    lines = lines_of(site, "responder", {GUESSER: 5, THROTTLED: 7, HONEST: 7})
    assert banned(lines, tmp_path / "log", filters / "gatereeve.conf") == EXPECTED
    assert banned(as_journal(lines), tmp_path / "log", filters / "gatereeve.conf") == EXPECTED


def test_the_log_of_nginx_bans_whom_it_should(site, forgery, filters, tmp_path):
    lines = lines_of(site, "access", {GUESSER: 5, THROTTLED: 7, HONEST: 8})
    assert banned(lines, tmp_path / "log", filters / "gatereeve-nginx.conf") == EXPECTED


def test_no_log_of_the_responders_holds_what_a_client_typed(site, forgery):
    assert VICTIM not in site.log("responder")
    assert "nobody" not in site.log("responder")


def test_the_example_of_a_jail_names_our_filters(tmp_path):
    jail = (ROOT / "monitoring" / "fail2ban" / "gatereeve-jail.conf").read_text()
    assert {f"{name}.conf" for name in re.findall(r"^filter = (\S+)$", jail, re.MULTILINE)} == {
        file.name for file in FILTERS.iterdir()
    }
    directory = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", directory)
    shutil.copy(ROOT / "monitoring" / "fail2ban" / "gatereeve-jail.conf", directory / "jail.d")
    for file in FILTERS.iterdir():
        shutil.copy(file, directory / "filter.d")
    (directory / "jail.d" / "defaults-debian.conf").unlink(missing_ok=True)
    done = subprocess.run(
        ["fail2ban-client", "-c", directory, "--dp"], capture_output=True, text=True, check=True
    )
    assert "['add', 'gatereeve', 'systemd']" in done.stdout
    assert "_SYSTEMD_SLICE=system-gatereeve.slice" in done.stdout
