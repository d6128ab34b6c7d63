"""A plain HTTP client that sends exactly what it is told and hides nothing of the answer."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from known_secrets import SECRETS

PREFIX = "/api/auth/"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def header(self, name: str) -> str | None:
        """The header's value, several lines of it joined as HTTP allows; None without it."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self):
        return json.loads(self.content)


def gather_secrets(target: str, headers: list[tuple[str, str]], body: bytes | None) -> None:
    """Remembers what is secret in a request."""
    SECRETS.add_request(target, body or b"")
    for name, value in headers:
        if name.lower() == "authorization":
            SECRETS.add_authorization(value)


class Client:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.address = urlsplit(base_url).netloc

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: list[tuple[str, str]] | dict[str, str] = (),
    ) -> Answer:
        """One request on its own connection. A path without leading slash lies below the API."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
            given = {name.lower() for name, _ in pairs}
            target = path if path.startswith("/") else PREFIX + path
            gather_secrets(target, pairs, body)
            connection.putrequest(
                method, target, skip_host="host" in given, skip_accept_encoding=True
            )
            for name, value in pairs:
                connection.putheader(name, value)
            if body is not None and not given & {"content-length", "transfer-encoding"}:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
            SECRETS.add_content(content)
            SECRETS.add_headers(response.getheaders())
            return Answer(response.status, tuple(response.getheaders()), content)
        finally:
            connection.close()

    def json(self, method: str, path: str, value, headers: dict[str, str] | None = None) -> Answer:
        content = json.dumps(value).encode()
        return self.send(
            method, path, content, {"Content-Type": "application/json", **(headers or {})}
        )

    def post(self, path: str, value, headers: dict[str, str] | None = None) -> Answer:
        return self.json("POST", path, value, headers)

    def patch(self, path: str, value, headers: dict[str, str] | None = None) -> Answer:
        return self.json("PATCH", path, value, headers)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers=headers or {})
