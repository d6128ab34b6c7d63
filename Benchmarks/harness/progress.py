"""What the one who started the benchmark sees meanwhile."""

import sys
import time

_begun = time.monotonic()


def say(text: str) -> None:
    """A line on standard error, with the seconds since the start; results go to standard output."""
    print(f"{time.monotonic() - _begun:6.1f}  {text}", file=sys.stderr, flush=True)
