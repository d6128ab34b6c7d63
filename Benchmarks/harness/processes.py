"""What a service uses, read from /proc over the whole tree of its processes."""

import os
import threading
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def _read(path: str) -> str:
    """A file of /proc; empty when the process has gone meanwhile."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _children(process: int) -> list[int]:
    found = []
    for task in _tasks(process):
        found += map(int, _read(f"/proc/{process}/task/{task}/children").split())
    return found


def _tasks(process: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{process}/task")
    except OSError:
        return []


def tree(root: int) -> list[int]:
    """A process and all below it."""
    return [root] + [below for child in _children(root) for below in tree(child)]


def cpu_seconds(root: int) -> float:
    """Processor time, user and system, in steps of a tick (10 ms)."""
    ticks = 0
    for process in tree(root):
        fields = _read(f"/proc/{process}/stat").rpartition(") ")[2].split()
        if fields:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def fine_cpu_seconds(root: int) -> float:
    """The same in nanoseconds, of threads that live: for times that are short beside a tick."""
    nanoseconds = 0
    for process in tree(root):
        for task in _tasks(process):
            fields = _read(f"/proc/{process}/task/{task}/schedstat").split()
            nanoseconds += int(fields[0]) if fields else 0
    return nanoseconds / 1e9


def context_switches(root: int) -> int:
    """How often a thread gave up a processor or lost it."""
    count = 0
    for process in tree(root):
        for task in _tasks(process):
            for line in _read(f"/proc/{process}/task/{task}/status").splitlines():
                if "ctxt_switches" in line:
                    count += int(line.split()[1])
    return count


def memory_mib(root: int) -> float:
    """Proportional set size: what is shared counts in parts."""
    kib = 0
    for process in tree(root):
        for line in _read(f"/proc/{process}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                kib += int(line.split()[1])
    return kib / 1024


class MemoryPeak:
    """Watches the memory of a service while a block runs."""

    def __init__(self, root: int, interval: float = 0.2) -> None:
        self.mib = 0.0
        self._root, self._interval = root, interval
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._ended.wait(self._interval):
            self.mib = max(self.mib, memory_mib(self._root))

    def __enter__(self) -> "MemoryPeak":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join()
