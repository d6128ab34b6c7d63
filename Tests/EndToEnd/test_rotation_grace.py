"""Spent refresh tokens that are shown again: `tokens.rotation_grace_period`, with the real database."""

import contextlib
import json
import secrets
import socket
import struct
import time

import jwt
import product as products
import pytest
from accounts import Accounts
from administration import Administrator
from client import PREFIX, Client
from crowd import at_once
from forgery import claims, sign
from mailboxes import Mailbox
from responders import Responder

PATIENCE = 60.0
# Far longer than any test takes, and as short as can be; in seconds.
LONG, SHORT = 600, 1


class Site:
    """A product that rotates; starting it again may change how it takes spent tokens."""

    def __init__(self, run_dir) -> None:
        self.run_dir, self.secret = run_dir, secrets.token_hex(32)
        self.product = None

    def start(self, grace_period: int, at_once: bool = False) -> None:
        self.stop()
        self.mode = (grace_period, at_once)
        self.grace_period = grace_period
        self.settings = {
            "GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS": "true",
            "GATEREEVE_TOKENS_ROTATION_GRACE_PERIOD": str(grace_period),
            "GATEREEVE_TOKENS_DETECT_REUSE_AT_ONCE": str(at_once).lower(),
        }
        self.product = products.start(
            self.run_dir, self.secret, BUILD="no", RATE_LIMITS="off",
            GATEREEVE_MAIL_POLL_INTERVAL="100", **self.settings)
        self.client = Client(self.product.base_url)
        self.accounts = Accounts(self.client, Mailbox(self.product.mail_directory))
        self.admin = Administrator(self.product)

    def be(self, *mode) -> "Site":
        if self.product is None or self.mode != mode:
            self.start(*mode)
        return self

    def stop(self) -> None:
        if self.product:
            assert self.product.stop() == 0
            self.product = None

    def sessions(self, count: int) -> tuple[str, list[str]]:
        """The number of a new user, and so many refresh tokens, as the replaced system gives them.

        Their successors are those of this service.
        """
        user = self.accounts.user_id(self.accounts.active())
        return user, [sign(claims(user), self.secret) for _ in range(count)]

    def ask(self, token: str):
        return self.client.post("login/refresh/", {"refresh": token})

    def refresh(self, token: str) -> str:
        answer = self.ask(token)
        assert answer.status == 200, answer
        return answer.json["refresh"]

    def status(self, token: str) -> int:
        return self.ask(token).status

    def ended(self, user: str, reason: str) -> int:
        """How many tokens of a user were ended for a reason."""
        ((count,),) = self.admin.sql(
            "SELECT COUNT(*) FROM refresh_token_blacklist "
            f"WHERE user_id = {user} AND reason = '{reason}'")
        return int(count)

    def reuses(self, user: str) -> list[dict]:
        return self.admin.json("audit", "--user", f"id:{user}", "--event", "refresh_token_reused")

    def wait_for_end_of_grace(self) -> None:
        """Until everything that was spent up to now can be had again no more."""
        end = time.time() + self.grace_period
        while time.time() <= end:
            time.sleep(0.01)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("grace") / "run")
    yield one
    one.stop()


@pytest.fixture
def patient(site):
    """The site with a long grace period."""
    return site.be(LONG, False)


@pytest.fixture
def strict(site):
    """The site with a short one."""
    return site.be(SHORT, False)


@pytest.fixture
def watchful(site):
    """The site with a long one, which ends for a token when its successor is used."""
    return site.be(LONG, True)


@pytest.fixture
def two_responders(patient, tmp_path):
    running = [Responder.start(patient.product, tmp_path, **patient.settings) for _ in range(2)]
    yield running
    for responder in running:
        responder.stop()


@contextlib.contextmanager
def unread_request(site: Site, token: str):
    """A refresh whose answer nobody reads: the connection is reset at the end."""
    body = json.dumps({"refresh": token}).encode()
    host, port = site.client.address.split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    # Closing sends a reset and no orderly end.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        connection.sendall(
            (f"POST {PREFIX}login/refresh/ HTTP/1.1\r\nHost: {host}\r\n"
             f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            + body)
        yield
    finally:
        connection.close()


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


# --- A long grace period ---------------------------------------------------------------------


def test_of_a_hundred_clients_that_lose_the_answer_none_has_to_log_in_again(patient):
    user, tokens = patient.sessions(100)
    with contextlib.ExitStack() as requests:
        for token in tokens:
            requests.enter_context(unread_request(patient, token))
        deadline = time.monotonic() + PATIENCE
        while patient.ended(user, "rotation") < len(tokens):
            assert time.monotonic() < deadline, "the requests do not arrive"
            time.sleep(0.01)
    # Every token is spent, every answer is lost.
    successors = [patient.refresh(token) for token in tokens]
    assert len(set(successors)) == len(tokens)
    assert patient.ended(user, "rotation") == len(tokens)
    assert {patient.status(successor) for successor in successors} == {200}
    assert patient.reuses(user) == []


def test_two_tabs_at_once_are_both_usable(patient):
    user, tokens = patient.sessions(50)
    for token in tokens:
        answers = at_once(2, lambda _, token=token: patient.ask(token))
        assert [answer.status for answer in answers] == [200, 200]
        (successor,) = {answer.json["refresh"] for answer in answers}
        # One tab is faster next time, too; the other has what both had.
        following = {answer.json["refresh"] for answer in
                     at_once(2, lambda _, token=successor: patient.ask(token))}
        assert len(following) == 1
    assert patient.ended(user, "rotation") == 100
    assert patient.reuses(user) == []


def test_of_fifty_at_once_over_two_responders_all_get_the_same_successor(patient, two_responders):
    user, tokens = patient.sessions(20)
    for token in tokens:
        answers = at_once(
            50, lambda number, token=token: two_responders[number % 2].post(
                "login/refresh/", {"refresh": token}))
        assert {answer.status for answer in answers} == {200}
        (successor,) = {answer.json["refresh"] for answer in answers}
        assert len({claims_of(answer.json["access"])["jti"] for answer in answers}) == 50
        assert patient.status(successor) == 200
    # Twenty, and the twenty that came of them.
    assert patient.ended(user, "rotation") == 40


def test_a_slow_tab_is_refused_and_ends_nothing(patient):
    user, (token,) = patient.sessions(1)
    second = patient.refresh(token)
    third = patient.refresh(second)
    answer = patient.ask(token)
    assert (answer.status, answer.json["code"]) == (401, "token_not_valid")
    assert patient.status(third) == 200
    assert patient.reuses(user) == []


def test_the_answer_can_still_be_had_after_a_restart(patient):
    _, (token,) = patient.sessions(1)
    successor = patient.refresh(token)
    patient.start(LONG)
    assert patient.refresh(token) == successor
    assert patient.status(successor) == 200
    assert patient.status(token) == 401


def test_a_session_that_was_logged_out_is_not_brought_back(patient):
    user, (token,) = patient.sessions(1)
    successor = patient.refresh(token)
    assert patient.client.post("logout/", {"refresh": successor}).status == 205
    assert patient.status(token) == 401
    assert patient.status(successor) == 401


# --- A long one that ends with the use of the successor ------------------------------------------


def test_a_replay_after_the_successor_was_used_ends_every_one_of_fifty_families_at_once(watchful):
    user, (other, *tokens) = watchful.sessions(51)
    families = []
    for number, token in enumerate(tokens):
        successor = watchful.refresh(token)
        # Not used yet, so the answer may have been lost.
        assert watchful.refresh(token) == successor
        family = [token, successor]
        for _ in range(1 + number % 5):
            family.append(watchful.refresh(family[-1]))
        families.append(family)
    # One whose successor was used: neither the newest nor the one before it.
    answers = [watchful.ask(family[number % (len(family) - 2)]) for number, family in enumerate(families)]
    assert {answer.status for answer in answers} == {401}
    assert {watchful.status(token) for family in families for token in family} == {401}
    assert watchful.ended(user, "reuse") == 50
    assert len(watchful.reuses(user)) == 50
    assert watchful.status(other) == 200


def test_of_fifty_at_once_all_get_the_same_successor_also_there(watchful):
    user, tokens = watchful.sessions(10)
    for token in tokens:
        answers = at_once(50, lambda _, token=token: watchful.ask(token))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.json["refresh"] for answer in answers}) == 1
    assert watchful.reuses(user) == []


def test_a_replay_at_another_responder_ends_the_session_too(watchful, tmp_path):
    user, (token,) = watchful.sessions(1)
    other = Responder.start(watchful.product, tmp_path, **watchful.settings)
    try:
        newest = watchful.refresh(watchful.refresh(token))
        assert other.post("login/refresh/", {"refresh": token}).status == 401
        assert watchful.status(newest) == 401
        assert len(watchful.reuses(user)) == 1
    finally:
        other.stop()


def test_what_was_logged_out_is_no_reuse_there(watchful):
    user, (token, other) = watchful.sessions(2)
    newest = watchful.refresh(watchful.refresh(token))
    assert watchful.client.post("logout/", {"refresh": newest}).status == 205
    assert watchful.status(token) == 401
    assert watchful.status(other) == 200
    assert watchful.reuses(user) == []


# --- A short one -----------------------------------------------------------------------------


def test_a_replay_after_the_grace_period_ends_every_one_of_fifty_families(strict):
    user, (other, *tokens) = strict.sessions(51)
    families = [[token] for token in tokens]
    # Of each family so many tokens are spent: 1 to 5.
    for number, family in enumerate(families):
        for _ in range(1 + number % 5):
            family.append(strict.refresh(family[-1]))
    strict.wait_for_end_of_grace()
    answers = [strict.ask(family[number % (len(family) - 1)]) for number, family in enumerate(families)]
    # What a thief is told is what anybody is told whose token is spent.
    assert {answer.status for answer in answers} == {401}
    assert {answer.content for answer in answers} == {
        b'{"detail":"Token is blacklisted","code":"token_not_valid"}'}
    assert {strict.status(token) for family in families for token in family} == {401}
    assert strict.ended(user, "reuse") == 50
    assert strict.status(other) == 200
    # Each is told once, however often the tokens are shown.
    assert len(strict.reuses(user)) == 50


def test_a_reuse_is_told_to_the_administrator(strict):
    user, (token,) = strict.sessions(1)
    successor = strict.refresh(token)
    strict.wait_for_end_of_grace()
    before = reuses_counted(strict)
    assert strict.status(token) == 401
    (event,) = strict.reuses(user)
    assert event["user_id"] == int(user)
    assert event["remote_address"] == "127.0.0.1"
    assert reuses_counted(strict) == before + 1
    deadline = time.monotonic() + PATIENCE
    while not any(
        f'"user":"{user}","reason":"token_reused"' in line and event["request_id"] in line
        for line in strict.product.log("responder").splitlines()
    ):
        assert time.monotonic() < deadline, "no line in the log"
        time.sleep(0.01)
    inspected = strict.admin.run("token", "inspect", input=successor)
    assert "no: it was ended by logout, rotation or the reuse of an older one" in inspected.output
    events = strict.admin.json("audit", "--user", f"id:{user}")
    assert [one["event"] for one in events][-2:] == ["refresh_token_rotated", "refresh_token_reused"]


def reuses_counted(site: Site) -> int:
    lines = site.client.get("/metrics").text.splitlines()
    return sum(
        int(line.split()[-1]) for line in lines
        if line.startswith("gatereeve_refusals_total") and '"token_reused"' in line)


def test_a_restart_forgets_neither_spent_tokens_nor_ended_families(strict):
    user, (first, second) = strict.sessions(2)
    of_first, of_second = strict.refresh(first), strict.refresh(second)
    strict.wait_for_end_of_grace()
    assert strict.status(first) == 401
    strict.start(SHORT)
    assert strict.status(of_first) == 401
    assert strict.status(second) == 401
    assert strict.status(of_second) == 401
    assert strict.ended(user, "reuse") == 2


def test_a_replay_after_logout_ends_nothing_more(strict):
    user, (token, other) = strict.sessions(2)
    newest = strict.refresh(strict.refresh(token))
    assert strict.client.post("logout/", {"refresh": newest}).status == 205
    strict.wait_for_end_of_grace()
    assert strict.status(token) == 401
    assert strict.status(newest) == 401
    assert strict.status(other) == 200
    assert strict.reuses(user) == []
