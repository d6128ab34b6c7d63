"""Runs the load generator."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .programs import BenchmarkError, compile_load

# How much longer than planned a run may take: requests on their way at the end are waited for.
GRACE = 45


@dataclass
class Stream:
    """Requests of one kind, by clients of their own."""

    name: str
    path: str
    bodies: Path
    clients: int
    once: bool = False
    type: str = "application/json"
    rate: float = 0
    delay: float = 0

    def argument(self) -> str:
        return (f"name={self.name},path={self.path},type={self.type},bodies={self.bodies},"
                f"clients={self.clients},once={int(self.once)},rate={self.rate:g},"
                f"delay={self.delay:g}")


def run(port: int, seconds: float, warm_up: float, streams: list[Stream]) -> dict[str, dict]:
    """Sends the streams to a server on 127.0.0.1; gives what came of each, by its name."""
    done = subprocess.run(
        [compile_load(), str(port), f"{seconds:g}", f"{warm_up:g}",
         *(stream.argument() for stream in streams)],
        capture_output=True, text=True, timeout=seconds + warm_up + GRACE)
    if done.returncode != 0:
        raise BenchmarkError(f"the load generator failed: {done.stderr}")
    return json.loads(done.stdout)
