"""Times of several kinds of request, taken in turn and in random order, and what they tell apart."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """How far two kinds of request can be told apart by their time."""

    median: float
    low: float
    high: float
    auc: float

    def __str__(self) -> str:
        return (
            f"gap {self.median:+.3f} ms, 95 % within {self.low:+.3f} to {self.high:+.3f} ms, "
            f"AUC {self.auc:.3f}")


def asked(rounds: int) -> int:
    """How often `take` asks for each kind: the first rounds warm up, and their times are thrown away."""
    return rounds + rounds // 20


def take(kinds: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Asks for all kinds equally often; milliseconds by kind.

    In one random order of all, not of each round: a request is quicker after one that kept a processor awake for
    longer, and each kind has to come after each as often.
    What can be asked for once only has to last for the first ones, which warm up, too: see `asked`.
    """
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    order = list(kinds) * asked(rounds)
    random.shuffle(order)
    for kind in order:
        begun = time.perf_counter()
        kinds[kind]()
        times[kind].append((time.perf_counter() - begun) * 1000)
    return {kind: found[-rounds:] for kind, found in times.items()}


def gap(one: list[float], other: list[float]) -> Gap:
    """The gap of the medians with a bootstrap interval, and the chance to tell a pair apart."""
    medians = sorted(
        statistics.median(random.choices(one, k=len(one)))
        - statistics.median(random.choices(other, k=len(other)))
        for _ in range(400))
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    wins = ranks - len(one) * (len(one) + 1) / 2
    return Gap(
        statistics.median(one) - statistics.median(other), medians[10], medians[389],
        wins / (len(one) * len(other)))
