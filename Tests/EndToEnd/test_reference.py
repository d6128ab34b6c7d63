"""Every request of the measured table is answered as the replaced system answered it.

Intended differences stand in data/differences.json with their reasons; docs/compatibility.md
explains them. A difference that is none any more fails too, so that the list stays true.
"""

import json
import re
from pathlib import Path

import pytest
from replay import Replay
from replay_values import values_for

DATA = Path(__file__).parent / "data"
PREFIX = "django-reference-"

CASES = [
    pytest.param(topic, case, id=f"{topic}: {case['name']}")
    for path in sorted(DATA.glob(f"{PREFIX}*.jsonl"))
    for topic in [path.stem.removeprefix(PREFIX)]
    for case in map(json.loads, path.read_text(encoding="utf-8").splitlines())
]
DIFFERENCES = json.loads((DATA / "differences.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def replay(client, accounts, key):
    return Replay(client, *values_for(accounts), key)


def difference_for(topic: str, name: str) -> dict | None:
    found = [
        difference
        for difference in DIFFERENCES
        if difference["topic"] == topic and re.fullmatch(difference["cases"], name)
    ]
    assert len(found) < 2, f"two differences speak of the same case: {found}"
    return found[0] if found else None


def expected_answer(answer: dict, difference: dict | None) -> dict:
    """The measured answer with the intended difference applied; a header of null is left out."""
    if difference is None:
        return answer
    changes = difference["answer"]
    headers = {**answer["headers"], **changes.get("headers", {})}
    return {
        "status": changes.get("status", answer["status"]),
        "headers": {name: value for name, value in headers.items() if value is not None},
        "body": changes.get("body", answer["body"]),
    }


@pytest.mark.parametrize(("topic", "case"), CASES)
def test_a_measured_request_is_answered_as_measured(replay, topic, case):
    difference = difference_for(topic, case["name"])
    expected = expected_answer(case["answer"], difference)
    assert difference is None or expected != case["answer"], "this difference changes nothing"
    assert replay.record(replay.send(case)) == expected


def test_every_difference_speaks_of_a_case():
    names = [(param.values[0], param.values[1]["name"]) for param in CASES]
    idle = [
        difference
        for difference in DIFFERENCES
        if not any(
            difference["topic"] == topic and re.fullmatch(difference["cases"], name)
            for topic, name in names
        )
    ]
    assert idle == []


def test_every_difference_has_a_reason():
    assert [difference for difference in DIFFERENCES if not difference.get("reason")] == []
