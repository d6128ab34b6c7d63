"""What every system under test has in common."""

import http.client
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from .. import tokens
from ..database import Database
from ..load import Stream
from ..nginx import free_port
from ..programs import BenchmarkError, Programs

PASSWORD = "correct horse battery"
USERS = 16
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Endpoint:
    """How a system is asked for an operation."""

    path: str
    # The body; {refresh}, {username}, {email} and {password} are filled in.
    body: str
    # The status of a right answer.
    status: int
    type: str = JSON
    # About how many a second it answers at most, to have enough bodies that may be sent once.
    fastest: int = 10000


class System:
    """A service behind nginx, with a database of its own and users who may log in."""

    name = ""
    title = ""
    # Its database, if that has another name.
    schema = ""
    upstream = ""
    location = ""
    endpoints: dict[str, Endpoint] = {}

    def __init__(self, programs: Programs, database: Database) -> None:
        self.programs, self.database = programs, database
        self.directory = programs.directory / self.name
        self.directory.mkdir()
        self.listener = self.directory / "s"
        self.schema = self.schema or self.name
        self.port = free_port()
        self.process: Popen | None = None
        self.user_ids: list[int] = []
        self._registered = 0

    # What a system says about itself.

    def prepare(self) -> None:
        """Makes the schema."""
        raise NotImplementedError

    def command(self) -> list:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def activate_users(self) -> None:
        """Lets all who have registered log in."""

    def read_user_ids(self) -> str:
        """The statement that lists the ids of users."""
        raise NotImplementedError

    # What the benchmark does with it.

    def start(self) -> float:
        """Starts it; gives the seconds until its first answer through nginx."""
        self.listener.unlink(missing_ok=True)
        begun = time.perf_counter()
        self.process = self.programs.start(
            self.name, self.command(), self.environment(), cwd=self.directory)
        self.programs.wait_until(self.name, self.process, self._answers, interval=0.001)
        return time.perf_counter() - begun

    def stop(self) -> None:
        self.programs.stop(self.process)

    @property
    def pid(self) -> int:
        return self.process.pid

    def _answers(self) -> bool:
        try:
            return self.ask("refused token")[0] not in (502, 504)
        except OSError:
            return False

    def ask(self, operation: str, **fields: str) -> tuple[int, str]:
        """One request through nginx; gives status and body of the answer."""
        endpoint = self.endpoints[operation]
        body = self.body(operation, **fields)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", endpoint.path, body, {"Content-Type": endpoint.type})
        answer = connection.getresponse()
        content = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, content

    def body(self, operation: str, **fields: str) -> str:
        text = self.endpoints[operation].body
        fields = {"refresh": tokens.garbage_token(), "password": PASSWORD, **fields}
        for name, value in fields.items():
            text = text.replace("{%s}" % name, value)
        return text

    def _person(self, number: int) -> dict[str, str]:
        return {"username": f"person{number}", "email": f"person{number}@example.org"}

    def register_users(self) -> None:
        """Registers users over HTTP and asks each operation once, to see that it works."""
        for number in range(USERS):
            self.expect("register", **self._person(number))
        self._registered = USERS
        self.activate_users()
        listed = self.database.sql(self.read_user_ids(), self.schema)
        self.user_ids = [int(line) for line in listed.split()]
        self.expect("login", **self._person(0))
        token = self.mint(1)[0]
        self.expect("refresh", refresh=token)
        self.expect("logout", refresh=token)
        status, content = self.ask("refresh", refresh=token)
        if status != 401:
            raise BenchmarkError(f"{self.name} refreshes after logout: {status} {content[:300]}")
        self.expect("refused token")

    def expect(self, operation: str, **fields: str) -> None:
        status, content = self.ask(operation, **fields)
        if status != self.endpoints[operation].status:
            raise BenchmarkError(f"{self.name}, {operation}: {status} {content[:300]}")

    def mint(self, count: int) -> list[str]:
        """Refresh tokens that the system takes for its own."""
        ids = self.user_ids
        return [tokens.refresh_token(ids[number % len(ids)]) for number in range(count)]

    def stream(self, operation: str, clients: int, seconds: float, rate: float = 0,
               delay: float = 0) -> Stream:
        """A stream of one operation, with fresh bodies where each may be sent once."""
        endpoint = self.endpoints[operation]
        count = int((rate or endpoint.fastest) * seconds * 1.3) + 50
        match operation:
            case "refused token":
                bodies, once = [self.body(operation)], False
            case "refresh":
                bodies, once = [self.body(operation, refresh=token) for token in self.mint(64)], False
            case "login" | "password reset":
                people = map(self._person, range(USERS))
                bodies, once = [self.body(operation, **person) for person in people], False
            case "logout":
                bodies = [self.body(operation, refresh=token) for token in self.mint(count)]
                once = True
            case _:
                first, self._registered = self._registered, self._registered + count
                people = map(self._person, range(first, first + count))
                bodies, once = [self.body(operation, **person) for person in people], True
        file = self.directory / f"{operation.replace(' ', '-')}.bodies"
        file.write_text("\n".join(bodies))
        return Stream(operation, endpoint.path, file, clients, once, endpoint.type, rate, delay)

    @property
    def log(self) -> Path:
        return self.programs.directory / f"{self.name}.log"
