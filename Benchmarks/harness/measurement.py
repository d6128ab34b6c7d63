"""One measurement: load on one system, and what everybody spent meanwhile."""

import os
import resource
import time
from dataclasses import dataclass, field
from statistics import median

from . import load, processes
from .database import Counting
from .systems import System


@dataclass
class Measurement:
    """Figures of one run. Costs are per answer, of whatever stream."""

    # By the name of the stream: per_second, p50, p99 (milliseconds), statuses, …
    streams: dict[str, dict]
    cpu_us: float
    nginx_us: float
    database_us: float
    questions: float
    prepares: float
    commits: float
    switches: float
    # What other programs of the machine used meanwhile, of all its cores.
    others: float
    peak_mib: float = 0
    expected: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """Answers of another status than expected, and requests without an answer."""
        count = 0
        for name, stream in self.streams.items():
            count += stream["errors"] + stream["timeouts"]
            count += sum(number for status, number in stream["statuses"].items()
                         if int(status) != self.expected[name])
        return count


class Bench:
    """What all systems share: the database and nginx."""

    def __init__(self, database, nginx) -> None:
        self.database, self.nginx = database, nginx
        self._others: list[float] = []

    def median_of_others(self) -> float:
        """What other programs used during the measurements so far, of the whole machine."""
        return median(self._others) if self._others else 0.0

    def measure(self, system: System, streams: list[load.Stream], seconds: float,
                warm_up: float = 0.2, watches_memory: bool = False) -> Measurement:
        self._settle(system)
        roots = (system.pid, self.nginx.process.pid, self.database.process.pid)
        with Counting(self.database) as counting:
            switches = processes.context_switches(system.pid)
            before = [processes.cpu_seconds(root) for root in roots]
            machine, begun = _machine_seconds(), time.monotonic()
            own = _children_seconds()
            if watches_memory:
                with processes.MemoryPeak(system.pid) as peak:
                    results = load.run(system.port, seconds, warm_up, streams)
            else:
                peak = None
                results = load.run(system.port, seconds, warm_up, streams)
            spent = [processes.cpu_seconds(root) - start for root, start in zip(roots, before)]
            known = sum(spent) + _children_seconds() - own
            elapsed = (time.monotonic() - begun) * (os.cpu_count() or 1)
            others = max(0.0, (_machine_seconds() - machine - known) / elapsed)
            switches = processes.context_switches(system.pid) - switches
        self._others.append(others)
        answers = max(1, sum(stream["answered"] for stream in results.values()))
        micro = [value * 1e6 / answers for value in spent]
        return Measurement(
            results, *micro, questions=counting.questions / answers,
            prepares=counting.prepares / answers, commits=counting.commits / answers,
            switches=switches / answers, others=others,
            peak_mib=peak.mib if peak else 0,
            expected={stream.name: system.endpoints[stream.name].status for stream in streams})

    @staticmethod
    def _settle(system: System) -> None:
        """Waits until the system has finished what an earlier run left in its queues."""
        for _ in range(100):
            before = processes.cpu_seconds(system.pid)
            time.sleep(0.1)
            if processes.cpu_seconds(system.pid) - before < 0.02:
                return


def _machine_seconds() -> float:
    """Processor time of the whole machine since its start, idling not counted."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / processes.TICKS_PER_SECOND


def _children_seconds() -> float:
    """Processor time of the load generator and of this program."""
    seconds = 0.0
    for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF):
        usage = resource.getrusage(who)
        seconds += usage.ru_utime + usage.ru_stime
    return seconds
