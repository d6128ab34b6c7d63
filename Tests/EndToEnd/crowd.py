"""The same thing, done by many at the same moment."""

import threading
from collections.abc import Callable


def at_once(count: int, act: Callable[[int], object]) -> list:
    """Runs `act(0)` to `act(count - 1)` in threads that start together; their results in order."""
    barrier = threading.Barrier(count)
    results: list = [None] * count

    def run(number: int) -> None:
        barrier.wait()
        results[number] = act(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
