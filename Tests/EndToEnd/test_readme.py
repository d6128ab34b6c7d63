"""README.md: the life of an account, run line by line as it is printed there."""

import os
import subprocess
from urllib.parse import urlsplit

import pytest
from pages import blocks, matches
from product import ROOT

ADDRESS = "ada@example.org"


class Terminal:
    """A shell that somebody types into, at the top of the repository."""

    def __init__(self, environment: dict[str, str]) -> None:
        inherited = {
            # What an outer make leaves would make the inner one more talkative.
            name: value for name, value in os.environ.items() if not name.startswith("MAKE")
        }
        self.shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**inherited, **environment},
        )

    def run(self, commands: str) -> str:
        """What the commands print."""
        self.shell.stdin.write(commands.encode() + b"\nprintf '\\0'\n")
        self.shell.stdin.flush()
        printed = bytearray()
        while (byte := self.shell.stdout.read(1)) != b"\0":
            assert byte, "the shell has ended"
            printed += byte
        return printed.decode()

    def close(self) -> None:
        self.shell.stdin.close()
        self.shell.wait(10)


@pytest.fixture
def terminal(started_product):
    opened = Terminal(
        {
            "PORT": str(urlsplit(started_product.base_url).port),
            "RUN_DIR": str(started_product.run_dir),
        }
    )
    yield opened
    opened.close()


def test_the_life_of_an_account_is_as_printed(terminal, mailbox):
    page = blocks("README.md", "The life of an account")
    mails = 0
    for block, following in zip(page, [*page[1:], None], strict=True):
        if block.language != "sh":
            continue
        printed = terminal.run(block.text)
        documented = following.text if following and following.language == "text" else ""
        assert matches(documented, printed), f"{block.text}printed\n{printed}"
        if "/register/" in block.text or "/password-reset/" in block.text:
            mails += 1
            mailbox.wait(ADDRESS, mails)
    assert mails == 2
