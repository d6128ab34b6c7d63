"""The mails that the catcher of `make run` wrote to files."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

from known_secrets import SECRETS

PATIENCE = 20.0


class Mailbox:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def raw(self, address: str) -> list[bytes]:
        """The mails to an address as they were sent, oldest first."""
        found = []
        for file in sorted(self.directory.glob("*.eml")):
            # The catcher writes the envelope in front: one Return-Path, one line per recipient.
            lines = file.read_bytes().split(b"\r\n")
            wanted = f"Delivered-To: {address}".lower().encode()
            count = 1 + sum(line.startswith(b"Delivered-To: ") for line in lines[1:5])
            if wanted in (line.lower() for line in lines[1:count]):
                found.append(b"\r\n".join(lines[count:]))
        return found

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, parsed, oldest first."""
        return [
            email.message_from_bytes(content, policy=email.policy.default)
            for content in self.raw(address)
        ]

    def wait(self, address: str, count: int = 1) -> EmailMessage:
        """The `count`-th mail to an address, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while len(mails := self.to(address)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(mails)} mails to {address}, expected {count}")
            time.sleep(0.02)
        return mails[count - 1]


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def link_of(mail: EmailMessage) -> str:
    links = re.findall(r"https?://\S+", text_of(mail))
    assert links, "the mail holds no link"
    SECRETS.add_links(links[0])
    return links[0]


def verification_token(mail: EmailMessage) -> str:
    return re.search(r"[?&]token=([^&\s]+)", link_of(mail)).group(1)


def reset_parts(mail: EmailMessage) -> tuple[str, str]:
    """The uidb64 and the token of a reset link."""
    match = re.search(r"/password-reset-confirm/([^/\s]+)/([^/\s]+)/?", link_of(mail))
    return match.group(1), match.group(2)
