"""What the one who starts a benchmark may choose, by environment variables."""

import argparse
import os
from dataclasses import dataclass

from .programs import BenchmarkError

SCENARIOS = ("start", "idle", "hash", "operations", "mixed", "flood")


def number(name: str, default: float, minimum: float, maximum: float) -> float:
    """A number from the environment, within its range."""
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = minimum - 1
    if not minimum <= value <= maximum:
        raise BenchmarkError(f"{name} is a number from {minimum:g} to {maximum:g}: {text}")
    return value


def words(name: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
    """Words from the environment, separated by commas."""
    chosen = [word for word in os.environ.get(name, "").split(",") if word] or list(default)
    for word in chosen:
        if word not in allowed:
            raise BenchmarkError(f"{name}: {word} is none of {', '.join(allowed)}")
    return chosen


def refuse_arguments(explanation: str) -> None:
    """Answers --help with an explanation; there are no other arguments."""
    argparse.ArgumentParser(
        description=explanation, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()


@dataclass(frozen=True)
class BenchSettings:
    rounds: int
    seconds: float
    systems: list[str]
    scenarios: list[str]
    # Whether docs/ gets the results.
    records: bool

    @classmethod
    def read(cls, systems: tuple[str, ...]) -> "BenchSettings":
        return cls(
            rounds=int(number("ROUNDS", 3, 1, 50)), seconds=number("SECONDS", 2, 0.1, 60),
            systems=words("SYSTEMS", systems, systems),
            scenarios=words("SCENARIOS", SCENARIOS, SCENARIOS),
            records=words("RECORD", ("yes", "no"), ("no",)) == ["yes"])
