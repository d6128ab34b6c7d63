"""A password or a link leaves nothing in the memory of the processes that it has passed through."""

import json
import secrets
import threading
import time
from urllib.parse import quote_plus

import product as products
import pytest
from accounts import Accounts, new_name
from client import Client
from crowd import at_once
from mailboxes import Mailbox
from memory import found_in

# The shadow memory of a sanitizer is larger than what can be searched.
pytestmark = pytest.mark.released

PATIENCE = 20.0


def gone(pid: int, texts: list[str]) -> list[str]:
    """What is still in memory after the threads had time to let go of it."""
    deadline = time.monotonic() + PATIENCE
    while (found := found_in(pid, texts)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


class Passwords:
    """Passwords that stand nowhere else, each with a part by which half a copy is noticed."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def new(self, pattern: str = "{}-correct horse battery staple") -> str:
        core = new_name("Pw")
        self.made.append(core[:12])
        return pattern.format(core)

    def short(self) -> str:
        """At most 15 bytes: Swift keeps such a text outside of the heap."""
        return self.new("{}")[:14]

    def __iter__(self):
        return iter(self.made)


def form(values: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in values.items())
    return body.encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def multipart(values: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    return ("".join(parts) + "--b--\r\n").encode(), {"Content-Type": "multipart/form-data; boundary=b"}


def escaped(values: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """JSON in which no character of a value stands as itself."""
    units = {name: "".join(rf"\u{ord(unit):04x}" for unit in text) for name, text in values.items()}
    members = ",".join(f'"{name}":"{text}"' for name, text in units.items())
    return f"{{{members}}}".encode(), {"Content-Type": "application/json"}


def test_a_password_that_waits_to_be_hashed_is_found(started_product, client):
    """So the search of the other tests would find one that had been left behind."""
    password = Passwords().new()
    values = {"username": new_name(), "password": password}
    logins = threading.Thread(target=at_once, args=(48, lambda _: client.post("login/", values)))
    logins.start()
    seen = []
    while logins.is_alive():
        seen += found_in(started_product.pid("responder"), [password])
    assert seen


@pytest.mark.parametrize("length", ["long", "short"])
def test_no_password_is_left_in_memory(started_product, accounts, client, length):
    passwords = Passwords()
    new = passwords.new if length == "long" else passwords.short
    account = accounts.active(password=new())
    assert accounts.login(account).status == 200
    # Every spelling and every way out that a password has.
    for spelling in (form, multipart, escaped):
        body, headers = spelling({"username": account.username, "password": account.password})
        assert client.send("POST", "login/", body, headers).status == 200
        body, headers = spelling({"username": account.username, "password": new()})
        assert client.send("POST", "login/", body, headers).status == 401
    assert client.post("login/", {"username": new_name(), "password": f" {new()} "}).status == 401
    assert client.post("login/", {"password": new()}).status == 400
    assert client.post("login/", {"username": new_name(), "password": [new()]}).status == 400
    for kind, status in (("application/json", 400), ("text/plain", 415)):
        cut = json.dumps({"password": new()}).encode()[:-1]
        assert client.send("POST", "login/", cut, {"Content-Type": kind}).status == status
    assert client.send("POST", "login/", new().encode() * 8000).status == 413
    assert client.get(f"login/?password={quote_plus(new())}").status == 405
    taken = {"username": account.username, "email": account.email, "password": new()}
    assert client.post("register/", taken).status == 400
    resembled = new()
    resembling = {"username": resembled, "email": "x", "password": resembled}
    assert client.post("register/", resembling).status == 400
    uid, token = accounts.reset_link(account)
    for password, status in ((new() + "\0", 400), (new(), 200), (new(), 400)):
        answer = client.patch(f"password-reset-confirm/{uid}/{token}/", {"password": password})
        assert answer.status == status
    assert gone(started_product.pid("responder"), list(passwords)) == []


def test_no_link_is_left_in_memory(started_product, accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    for path in (f"verify-email/?token={token}", f"verify-email/?token={token}x"):
        client.get(path)
        client.get(path, {"Accept": "text/html"})
    uid, reset = accounts.reset_link(account)
    path = f"password-reset-confirm/{uid}/{reset}/"
    client.get(path, {"Accept": "text/html"})
    assert client.patch(path, {"password": "short"}).status == 400
    assert client.patch(path, {"password": Passwords().new()}).status == 200
    for process in ("responder", "mailer"):
        assert gone(started_product.pid(process), [token, reset]) == []


def test_the_signing_secret_is_in_memory_twice_at_most(tmp_path):
    """Among the settings, and in the key of libcrypto; whatever read it from its file is gone.

    Threads that use the key at once have a copy each, so nobody else may have asked this program.
    """
    own = products.start(
        tmp_path / "run", secrets.token_hex(32), BUILD="no", RATE_LIMITS="off",
        GATEREEVE_MAIL_POLL_INTERVAL="100",
    )
    try:
        client = Client(own.base_url)
        accounts = Accounts(client, Mailbox(own.mail_directory))
        tokens = accounts.tokens(accounts.active())
        assert client.post("login/refresh/", {"refresh": tokens["refresh"]}).status == 200
        for process in ("responder", "mailer"):
            found = found_in(own.pid(process), [own.signing_secret])
            assert len(found) <= 2, found
    finally:
        assert own.stop() == 0
