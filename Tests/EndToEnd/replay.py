"""Sends a case of reference_cases.py and writes its answer down in a comparable form."""

import base64
import re

from client import Answer, Client
from forgery import forged

COMPARED_HEADERS = ("Content-Type", "Allow", "Vary", "WWW-Authenticate", "Location")
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
PLACEHOLDER = re.compile(r"\$\{(\w+)(?::([^}]*))?\}")


class Replay:
    def __init__(self, client: Client, values: dict[str, str], user_id: str, key: str) -> None:
        self.client = client
        self.values = values
        self.user_id = user_id
        self.key = key

    def fill(self, text: str) -> str:
        def one(match: re.Match) -> str:
            name, argument = match.groups()
            return forged(argument, self.user_id, self.key) if argument else self.values[name]

        return PLACEHOLDER.sub(one, text)

    def body(self, body) -> bytes | None:
        if body is None:
            return None
        if isinstance(body, dict):
            return base64.b64decode(body["base64"])
        if isinstance(body, list):
            body = "".join(text * times for text, times in body)
        return self.fill(body).encode("utf-8", "surrogatepass")

    def send(self, case: dict) -> Answer:
        path = self.fill(case["path"])
        headers = {name: self.fill(value) for name, value in case["headers"].items()}
        return self.client.send(case["method"], path, self.body(case["body"]), headers)

    def record(self, answer: Answer) -> dict:
        """The answer without what differs from run to run."""
        if (answer.header("Content-Type") or "").startswith("text/html"):
            text = "(a page)" if answer.content else ""
        else:
            text = TOKEN.sub("<token>", answer.content.decode("utf-8", "replace"))
            text = text.replace(self.values["unique"], "${unique}")
        headers = {name: answer.header(name) for name in COMPARED_HEADERS}
        return {
            "status": answer.status,
            "headers": {name: value for name, value in headers.items() if value is not None},
            "body": text,
        }
