"""Threads that work beside a test."""

import threading
from collections.abc import Callable, Iterable


class Background:
    """Threads that work until they see `stopping`, which the end of the `with` block sets."""

    def start(self, work: Callable, arguments: Iterable) -> None:
        """Starts a thread of `work` for each of the arguments."""
        self.threads = [threading.Thread(target=work, args=(one,)) for one in arguments]
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
