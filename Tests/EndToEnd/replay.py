"""Sends a case of reference_cases.py and writes its answer down in a comparable form."""

import base64
import json
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

    def fill(self, text: str, is_json: bool = False) -> str:
        def one(match: re.Match) -> str:
            name, argument = match.groups()
            value = forged(argument, self.user_id, self.key) if argument else self.values[name]
            return json.dumps(value)[1:-1] if is_json else value

        return PLACEHOLDER.sub(one, text)

    def body(self, body, is_json: bool) -> bytes | None:
        if body is None:
            return None
        if isinstance(body, dict):
            return base64.b64decode(body["base64"])
        if isinstance(body, list):
            body = "".join(text * times for text, times in body)
        return self.fill(body, is_json).encode()

    def send(self, case: dict) -> Answer:
        headers = {name: self.fill(value) for name, value in case["headers"].items()}
        is_json = headers.get("Content-Type") == "application/json"
        content = self.body(case["body"], is_json)
        return self.client.send(case["method"], self.fill(case["path"]), content, headers)

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
