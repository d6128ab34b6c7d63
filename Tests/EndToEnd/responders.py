"""Further responders beside a product, asked straight by FastCGI as nginx would ask them.

The asker chooses the client's address, and nothing of nginx lies in between.
"""

import json
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from administration import PROGRAM, settings_of
from client import PREFIX, Answer
from fastcgi import contents, head_and_content, with_parameters  # noqa: F401
from known_secrets import SECRETS
from product import Product
from secret_search import search_later

PATIENCE = 20.0


def answer(received: bytes) -> Answer:
    # As nginx would answer 502.
    if not received:
        raise ConnectionError("no answer")
    head, content = head_and_content(received)
    headers = tuple(
        tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line)
    SECRETS.add_headers(headers)
    status = next((value for name, value in headers if name == "Status"), "200 OK")
    return Answer(int(status.split()[0]), headers, content)


def yield_to_database(pid: int) -> None:
    """What `CPUWeight=33` does in its unit, done to the session that the process leads (sched(7), "autogroup").

    A kernel without that shares the processor among threads, and there is nothing to do.
    """
    path = Path(f"/proc/{pid}/autogroup")
    while path.exists():
        try:
            path.write_text("5")
            return
        except BlockingIOError:
            # Who is not root may do so ten times in a second.
            time.sleep(0.02)


@dataclass
class Responder:
    """One more `gatereeve serve`."""

    process: subprocess.Popen
    socket: str

    @classmethod
    def start(cls, product: Product, directory: Path, **settings: str) -> "Responder":
        """Starts one beside the product's own, on its database; waits until it is ready.

        It limits nothing unless the settings say so.
        """
        search_later(directory)
        path = f"{directory}/{len(list(directory.iterdir()))}.sock"
        with open(f"{path}.log", "wb") as log:
            process = subprocess.Popen(
                [PROGRAM, "serve", "--config", "/dev/null"],
                env=settings_of(product)
                | {"GATEREEVE_SERVER_LISTEN": path, "GATEREEVE_LIMITS_ENABLED": "false"}
                | settings,
                stderr=log, start_new_session=True)
        yield_to_database(process.pid)
        responder = cls(process, path)
        deadline = time.monotonic() + PATIENCE
        while not responder.is_ready():
            assert process.poll() is None, Path(f"{path}.log").read_text()
            assert time.monotonic() < deadline, "the responder does not become ready"
            time.sleep(0.001)
        return responder

    def is_ready(self) -> bool:
        try:
            return self.get("/health/ready").status == 200
        except (FileNotFoundError, ConnectionError):
            return False

    def exchange(self, content: bytes, patience: float = 60.0) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(patience)
            connection.connect(self.socket)
            connection.sendall(content)
            received = b""
            while piece := connection.recv(65536):
                received += piece
        return received

    def get(self, path: str, **parameters: str) -> Answer:
        return answer(self.exchange(
            with_parameters({"REQUEST_METHOD": "GET", "REQUEST_URI": path, **parameters})))

    def post(self, path: str, value, address: str = "192.0.2.1", **parameters: str) -> Answer:
        return answer(self.exchange(post(path, value, address, **parameters)))

    def memory(self, name: str = "VmRSS") -> int:
        """A figure of /proc/PID/status, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(dict(line.split(":", 1) for line in status.splitlines())[name].split()[0])

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0


def post(path: str, value, address: str = "192.0.2.1", **parameters: str) -> bytes:
    """The records of a POST of JSON below the API."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return with_parameters(
        {
            "REQUEST_METHOD": "POST", "REQUEST_URI": PREFIX + path, "REMOTE_ADDR": address,
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), **parameters,
        }, body)
