"""Every secret that a suite sends or is given, gathered for the search at its end."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote

# Shorter and plainer texts stand by chance in places such as the help of MariaDB.
LENGTH_MINIMUM = 13
CHARACTERS_MINIMUM = 5
# The end of a secret tells it from all others: tokens begin alike.
LENGTH_OF_THE_END = 24
PASSWORDS = {"password"}
TOKENS = {"refresh", "access", "token"}
LINKS = re.compile(r"[?&]token=([^&\s]+)|/password-reset-confirm/[^/\s]+/([^/?\s]+)")


class KnownSecrets:
    def __init__(self) -> None:
        self._texts: set[str] = set()
        # What somebody also gave as a name or an address is kept, and no secret any more.
        self._public: set[str] = set()

    def add(self, text: object) -> None:
        if isinstance(text, str) and is_telling(text):
            self._texts.add(text)

    def add_values(self, values: object) -> None:
        """What is secret in the body of a request or an answer."""
        for name, value in values.items() if isinstance(values, dict) else []:
            if name in PASSWORDS | TOKENS:
                self.add(value)
            elif isinstance(value, str):
                self._public.add(value)

    def add_links(self, text: str) -> None:
        """The secrets of the links in a path or a mail."""
        for match in LINKS.finditer(text):
            self.add(unquote(match[1] or match[2]))

    def add_content(self, content: bytes) -> None:
        """What is secret in a body, JSON or form; another kind of body has been made to be refused."""
        text = content.decode(errors="replace")
        try:
            self.add_values(json.loads(text))
        except (ValueError, RecursionError):
            self.add_values(dict(parse_qsl(text)))

    def add_authorization(self, value: str) -> None:
        self.add(value.split()[-1] if value.split() else "")

    def add_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """The secrets in the headers of an answer: the cookie of a device."""
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.add(value.partition("=")[2].partition(";")[0])

    def add_request(self, target: str, body: bytes = b"", authorization: str = "") -> None:
        """What is secret in a request."""
        self.add_links(target)
        self.add_content(body)
        self.add_authorization(authorization)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._texts - self._public))

    def __len__(self) -> int:
        return len(self._texts - self._public)


def telling_end(text: str) -> str:
    """The part by which the secret is looked for; on one line, as a pattern of grep must be."""
    return max(text.splitlines() or [""], key=len)[-LENGTH_OF_THE_END:]


def is_telling(text: str) -> bool:
    """Whether the text stands nowhere by chance."""
    end = telling_end(text).strip()
    return len(end) >= LENGTH_MINIMUM and len(set(end)) >= CHARACTERS_MINIMUM


SECRETS = KnownSecrets()
