"""Refresh tokens that are good once, while everything is killed: nobody has to log in again."""

import secrets
import threading
import time
from dataclasses import dataclass, field

import jwt
import pytest
from parts import Rig, wait_for
from slack import SLACK

SESSIONS = 8
LONGEST_ANSWER = 5.0
# A kill must meet some requests; so many rounds of every client lie between two.
ROUNDS = 5


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    """A product that rotates, with a grace period far longer than the tests take."""
    started = Rig(
        tmp_path_factory.mktemp("rotation") / "run", secrets.token_hex(32),
        GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS="true",
        GATEREEVE_TOKENS_ROTATION_GRACE_PERIOD="3600")
    yield started
    started.stop()


@dataclass
class Sessions:
    """Clients that each use their refresh token for the next one, and try again when that fails."""

    rig: Rig
    tokens: list[str]
    answers: list[tuple[int, int, float]] = field(default_factory=list)
    # Of the answers that ended a session.
    ends: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Sessions":
        self.threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(len(self.tokens))]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number: int) -> None:
        while not self.stopping.is_set():
            begun = time.monotonic()
            try:
                answer = self.rig.client.post("login/refresh/", {"refresh": self.tokens[number]})
                status = answer.status
            except OSError:
                status = 0
            self.answers.append((number, status, time.monotonic() - begun))
            if status == 200:
                self.tokens[number] = answer.json["refresh"]
            elif status in (0, 502, 503, 504):
                # No faster than a client that has some sense.
                time.sleep(0.05)
            else:
                self.ends.append(f"{status} {answer.text}")
                return

    def wait_for_rounds(self, count: int = ROUNDS) -> None:
        """Until every client has got so many more tokens, or a session has ended."""
        place = len(self.answers)

        def done():
            new = [number for number, status, _ in self.answers[place:] if status == 200]
            return self.ends or all(new.count(number) >= count for number in range(len(self.tokens)))

        wait_for(done, "rounds of every client")

    def wait_for_failure(self) -> None:
        """Until somebody has been told that it does not go on."""
        place = len(self.answers)
        wait_for(lambda: any(status != 200 for _, status, _ in self.answers[place:]), "a failure")

    @property
    def failed(self) -> int:
        return sum(status != 200 for _, status, _ in self.answers)

    @property
    def slowest(self) -> float:
        return max(seconds for _, _, seconds in self.answers)


@pytest.fixture
def sessions(rig, accounts):
    account = accounts.active()
    return Sessions(rig, [accounts.tokens(account)["refresh"] for _ in range(SESSIONS)])


def judge(name, rig, sessions, figures) -> None:
    """Every session goes on, and has one token that is good and no other."""
    user = jwt.decode(sessions.tokens[0], options={"verify_signature": False})["user_id"]
    ((ends_of_chains, spent),) = rig.sql(
        "SELECT SUM(NOT EXISTS(SELECT 1 FROM refresh_token_blacklist AS s"
        " WHERE s.token_id = t.successor_id)), COUNT(*)"
        f" FROM refresh_token_blacklist AS t WHERE t.user_id = {user}")
    figures.add(
        name, requests=len(sessions.answers), refused=sessions.failed, wrong=len(sessions.ends),
        lost=len(sessions.ends), doubles=int(ends_of_chains) - SESSIONS,
        **{"slowest s": sessions.slowest}, further=f"{spent} tokens spent, {SESSIONS} sessions")
    assert sessions.ends == []
    assert int(ends_of_chains) == SESSIONS
    assert sessions.failed > 0
    assert sessions.slowest < LONGEST_ANSWER * SLACK
    for token in sessions.tokens:
        assert rig.client.post("login/refresh/", {"refresh": token}).status == 200
    reuses = rig.sql("SELECT COUNT(*) FROM audit_events WHERE event = 'refresh_token_reused'")
    assert reuses == [["0"]]


def test_nobody_is_logged_out_while_the_database_is_killed_and_frozen(rig, sessions, figures):
    with sessions:
        for _ in range(3):
            sessions.wait_for_rounds()
            rig.database.end()
            sessions.wait_for_failure()
            rig.start_database()
            sessions.wait_for_rounds()
            rig.database.freeze()
            sessions.wait_for_failure()
            rig.database.thaw()
        sessions.wait_for_rounds()
    judge("refreshes, database killed and frozen 3 times", rig, sessions, figures)


def test_nobody_is_logged_out_while_responders_are_killed(rig, sessions, figures, pair):
    *instances, listener = pair
    kills = painful = 0
    with sessions:
        # A kill may find an idle instance and fail nobody.
        while painful < 5 and not sessions.ends:
            assert kills < 100, "no kill meets a request"
            sessions.wait_for_rounds()
            failed = sessions.failed
            instances[kills % 2].end()
            instances[kills % 2].start(stdin=listener)
            sessions.wait_for_rounds()
            kills += 1
            painful += sessions.failed > failed
    judge(f"refreshes, a responder killed {kills} times", rig, sessions, figures)
