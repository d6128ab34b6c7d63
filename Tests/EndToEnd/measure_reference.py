#!/usr/bin/python3
"""Measures the replaced system: writes data/django-reference-*.jsonl.

Usage: measure_reference.py BASE_URL MAIL_DIRECTORY SIGNING_SECRET

BASE_URL is a Django REST Framework + SimpleJWT site with these routes, behind nginx; its mails go
to Tests/Support/smtp-sink. Needed only to widen the table: the tests read the files.
"""

import json
import sys
from pathlib import Path

from accounts import Accounts
from client import Client
from forgery import TOKENS
from mailboxes import Mailbox
from reference_cases import topics
from replay import Replay
from replay_values import values_for

DATA = Path(__file__).parent / "data"


def main(base_url: str, mail_directory: str, key: str) -> None:
    client = Client(base_url)
    accounts = Accounts(client, Mailbox(Path(mail_directory)))
    replay = Replay(client, *values_for(accounts), key)
    names = [name for name in TOKENS if not name.startswith(("access ", "verification "))]
    for topic, cases in topics(names).items():
        with open(DATA / f"django-reference-{topic}.jsonl", "w", encoding="utf-8") as file:
            for case in cases:
                answer = replay.record(replay.send(case))
                line = json.dumps({**case, "answer": answer}, ensure_ascii=True)
                file.write(line + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
