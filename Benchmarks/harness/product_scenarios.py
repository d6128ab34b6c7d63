"""What is measured beside the rounds: starting, waiting, the rest of a login, round trips."""

import time

from . import processes
from .measurement import Bench
from .progress import say
from .scenarios import CLIENTS, record
from .systems import Gatereeve, ManyWorkers, System, WithoutHash


def start_up(systems: list[System], results: dict, times: int) -> None:
    """Starts each system so many times; the last one stays. Then what it uses before any load."""
    for system in systems:
        seconds = [system.start()]
        # A second or more has no need of a median.
        while len(seconds) < times and seconds[0] < 0.5:
            system.stop()
            seconds.append(system.start())
        time.sleep(0.5)
        mib = processes.memory_mib(system.pid)
        results["systems"][system.name].update(start_ms=[s * 1e3 for s in seconds], idle_mib=mib)
        say(f"start          {system.title:20} "
            f"{', '.join(f'{s * 1e3:.0f}' for s in sorted(seconds))} ms; idle {mib:.1f} MiB")


def idle(bench: Bench, system: ManyWorkers, results: dict, seconds: float) -> None:
    """32 workers and the mailer: what they use while nobody asks, and whether one request wakes all."""
    mailer = system.start_mailer()
    # What a start leaves to do is not part of waiting.
    time.sleep(2)
    before = [processes.fine_cpu_seconds(pid) for pid in (system.pid, mailer.pid)]
    begun = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - begun
    spent = [processes.fine_cpu_seconds(pid) - start
             for pid, start in zip((system.pid, mailer.pid), before)]
    system.programs.stop(mailer)
    share = [value / elapsed * 100 for value in spent]
    one = bench.measure(system, [system.stream("refused token", 1, 1)], 1)
    many = bench.measure(system, [system.stream("refresh", CLIENTS, 2)], 2)
    refused = bench.measure(system, [system.stream("refused token", CLIENTS, 2)], 2)
    results["idle"] = {
        "responder_percent": share[0], "mailer_percent": share[1],
        "one_client": record(one), "refresh": record(many), "refused": record(refused),
    }
    say(f"idle           {system.title:20} {sum(share):.3f} % of a core; context switches: "
        f"{one.switches:.2f} (one client), {refused.switches:.2f} (refused token), "
        f"{many.switches:.2f} (refresh)")


def beside_the_hash(bench: Bench, system: WithoutHash, results: dict, seconds: float) -> None:
    """Login and registration where a hash costs nothing: what is left is the responder's own work."""
    kept = results["beside_hash"] = {}
    for operation in ("login", "register"):
        stream = system.stream(operation, CLIENTS, seconds * 12)
        measured = bench.measure(system, [stream], seconds)
        kept[operation] = record(measured)
        say(f"{operation:14} {system.title:20} {measured.cpu_us:.0f} µs of the responder, "
            f"{measured.questions:.2f} statements, {measured.wrong} wrong")


def password_reset(bench: Bench, system: Gatereeve, results: dict) -> None:
    """Round trips of a request for a reset mail."""
    measured = bench.measure(system, [system.stream("password reset", 1, 1)], 1)
    results["password_reset"] = record(measured)
