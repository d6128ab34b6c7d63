"""Clients whose refresh tokens are good once: each uses its own for the next one, again and again."""

import threading
import time
from dataclasses import dataclass, field

import jwt
from background import Background
from parts import wait_for
from slack import SLACK

LONGEST_ANSWER = 5.0
# A fault must meet some requests; so many rounds of every client lie between two.
ROUNDS = 5


@dataclass
class Sessions(Background):
    """Clients that each use their refresh token for the next one, and try again when that fails."""

    rig: object
    tokens: list[str]
    answers: list[tuple[int, int, float]] = field(default_factory=list)
    # Of the answers that ended a session.
    ends: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Sessions":
        self.start(self._run, range(len(self.tokens)))
        return self

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


def judge(name, rig, sessions, figures) -> None:
    """Every session goes on, and has one token that is good and no other."""
    user = jwt.decode(sessions.tokens[0], options={"verify_signature": False})["user_id"]
    ((ends_of_chains, spent),) = rig.sql(
        "SELECT SUM(NOT EXISTS(SELECT 1 FROM refresh_token_blacklist AS s"
        " WHERE s.token_id = t.successor_id)), COUNT(*)"
        f" FROM refresh_token_blacklist AS t WHERE t.user_id = {user}")
    doubles = int(ends_of_chains) - len(sessions.tokens)
    figures.add(
        name, requests=len(sessions.answers), refused=sessions.failed, wrong=len(sessions.ends),
        lost=len(sessions.ends), doubles=doubles,
        **{"slowest s": sessions.slowest},
        further=f"{spent} tokens spent, {len(sessions.tokens)} sessions")
    assert sessions.ends == []
    assert doubles == 0
    assert sessions.failed > 0
    assert sessions.slowest < LONGEST_ANSWER * SLACK
    for token in sessions.tokens:
        assert rig.client.post("login/refresh/", {"refresh": token}).status == 200
    reuses = rig.sql("SELECT COUNT(*) FROM audit_events WHERE event = 'refresh_token_reused'")
    assert reuses == [["0"]]
