"""Clients of all kinds at once, and what they were answered."""

import secrets
import threading
import time
from dataclasses import dataclass, field

import jwt
from accounts import PASSWORD, new_name
from background import Background
from parts import wait_for

# What each kind of request has to be answered, unless with 503.
EXPECTED = {"refresh": 200, "login": 200, "register": 201, "logout": 205, "ended": 401}
PAUSE = 0.02


@dataclass(frozen=True)
class Sample:
    kind: str
    begun: float
    ended: float
    # 0: no answer came.
    status: int
    retry_after: str | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.begun

    @property
    def is_good(self) -> bool:
        return self.status == EXPECTED[self.kind]

    @property
    def is_refused(self) -> bool:
        return self.status == 503 and self.retry_after is not None


@dataclass
class Load(Background):
    """Threads that log in, refresh, register and log out until the end of the `with` block.

    `ended` asks for a refresh with a token whose logout was answered: that may never succeed.
    """

    rig: object
    account: object
    threads_for_each: int = 2
    # How many more log in.
    flood: int = 0
    samples: list[Sample] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    logged_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.user_id = self._user_id()

    def _user_id(self) -> str:
        answer = self.rig.client.post("login/", self._credentials())
        assert answer.status == 200, answer
        return jwt.decode(answer.json["access"], options={"verify_signature": False})["user_id"]

    def _credentials(self) -> dict[str, str]:
        return {"username": self.account.username, "password": PASSWORD}

    def _token(self) -> str:
        """A refresh token like those of the service."""
        now = int(time.time())
        claims = {
            "token_type": "refresh", "exp": now + 86400, "iat": now, "user_id": self.user_id,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, self.rig.secret, algorithm="HS256")

    def __enter__(self) -> "Load":
        self.valid = self._token()
        # The test before may have ended a moment ago: some connection may not have recovered yet.
        wait_for(self._end_a_token, "a logout")
        kinds = [kind for kind in EXPECTED for _ in range(self.threads_for_each)]
        self.start(self._work, kinds + ["login"] * self.flood)
        return self

    def _end_a_token(self) -> bool:
        self.spent = self._token()
        answer = self.rig.client.post("logout/", {"refresh": self.spent})
        assert answer.status in (205, 503), answer
        return answer.status == 205

    def _work(self, kind: str) -> None:
        while not self.stopping.wait(PAUSE):
            self.ask(kind)

    def ask(self, kind: str) -> Sample:
        """One request; what the service answered with success is remembered."""
        if kind == "login":
            return self._send(kind, "login/", self._credentials())
        if kind == "refresh":
            return self._send(kind, "login/refresh/", {"refresh": self.valid})
        if kind == "ended":
            return self._send(kind, "login/refresh/", {"refresh": self.spent})
        if kind == "register":
            name = new_name("load")
            body = {"username": name, "email": f"{name}@example.test", "password": PASSWORD}
            sample = self._send(kind, "register/", body)
            if sample.is_good:
                self.registered.append(name)
            return sample
        token = self._token()
        sample = self._send(kind, "logout/", {"refresh": token})
        if sample.is_good:
            self.logged_out.append(token)
        return sample

    def _send(self, kind: str, path: str, body: dict[str, str]) -> Sample:
        begun = time.monotonic()
        try:
            answer = self.rig.client.post(path, body)
            status, retry_after = answer.status, answer.header("Retry-After")
        except OSError:
            status, retry_after = 0, None
        sample = Sample(kind, begun, time.monotonic(), status, retry_after)
        with self.lock:
            self.samples.append(sample)
        return sample

    def since(self, moment: float) -> list[Sample]:
        """What was asked after a moment and is answered."""
        with self.lock:
            return [sample for sample in self.samples if sample.begun >= moment]

    def all_kinds_succeed_since(self, moment: float, count: int = 2) -> bool:
        good = [sample.kind for sample in self.since(moment) if sample.is_good]
        return all(good.count(kind) >= count for kind in EXPECTED)

    def is_refused_since(self, moment: float, count: int = 5) -> bool:
        return sum(sample.is_refused for sample in self.since(moment)) >= count

    # --- What came of it -----------------------------------------------------------------------

    @property
    def wrong(self) -> list[Sample]:
        """Answers that are neither right nor 503 with Retry-After."""
        return [sample for sample in self.samples if not sample.is_good and not sample.is_refused]

    @property
    def refused(self) -> int:
        return sum(sample.is_refused for sample in self.samples)

    @property
    def slowest(self) -> float:
        return max(sample.seconds for sample in self.samples)

    def recovery(self, mended: float) -> float:
        """How long after a moment somebody was still refused, in seconds."""
        late = [sample.ended for sample in self.samples if not sample.is_good]
        return max([moment - mended for moment in late if moment > mended], default=0.0)

    def lost_writes(self) -> int:
        """How many answered registrations and logouts the database does not know."""
        known = {row[0] for row in self.rig.sql("SELECT username FROM users")}
        lost = sum(name not in known for name in self.registered)
        return lost + sum(self._is_still_good(token) for token in self.logged_out)

    def _is_still_good(self, token: str) -> bool:
        """Whether a token is taken; asked again while the fault goes on."""
        for _ in range(20):
            answer = self.rig.client.post("login/refresh/", {"refresh": token})
            if answer.status != 503:
                break
        assert answer.status in (200, 401), answer
        return answer.status == 200
