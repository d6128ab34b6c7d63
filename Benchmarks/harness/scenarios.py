"""What is measured on every system, in turn, so that a change of the machine meets all of them."""

from dataclasses import asdict

from .measurement import Bench, Measurement
from .progress import say
from .systems import System

OPERATIONS = ("refused token", "refresh", "logout", "login", "register")
CLIENTS = 32
FLOODERS = 64
REFRESHERS = 4
# The everyday load: what share each operation has, and how many clients may wait for it.
MIX = {"refresh": (0.90, 64), "login": (0.05, 48), "logout": (0.03, 8), "register": (0.02, 24)}


def record(measurement: Measurement) -> dict:
    return {**asdict(measurement), "wrong": measurement.wrong}


def operations(bench: Bench, systems: list[System], results: dict, seconds: float) -> None:
    """A round of the closed loop: each operation by itself, by as many clients as it takes."""
    for operation in OPERATIONS:
        for system in systems:
            stream = system.stream(operation, CLIENTS, seconds + 0.2)
            measured = bench.measure(system, [stream], seconds)
            kept = results["systems"][system.name].setdefault("operations", {})
            kept.setdefault(operation, []).append(record(measured))
            figures = measured.streams[operation]
            say(f"{operation:14} {system.title:20} {figures['per_second']:9.1f}/s "
                f"p50 {figures['p50']:8.2f} ms, p99 {figures['p99']:8.2f} ms, "
                f"{measured.cpu_us:7.0f} µs of the responder, {measured.wrong} wrong")


def mixed(bench: Bench, systems: list[System], results: dict, seconds: float,
          rates: list[int]) -> None:
    """The open loop: everyday load at a fixed rate, latencies from the moment a request was due."""
    for rate in rates:
        for system in systems:
            streams = [system.stream(operation, clients, seconds + 0.5, rate=rate * share)
                       for operation, (share, clients) in MIX.items()]
            measured = bench.measure(system, streams, seconds, warm_up=0.5)
            kept = results["systems"][system.name].setdefault("mixed", {})
            kept.setdefault(str(rate), []).append(record(measured))
            say(f"mixed, {rate}/s    {system.title:20} " + ", ".join(
                f"{name} p50 {figures['p50']:.1f} p99 {figures['p99']:.1f} ms"
                for name, figures in measured.streams.items()))


def flood(bench: Bench, systems: list[System], results: dict, seconds: float) -> None:
    """Clients flood login while a few refresh; before that the few refresh alone."""
    for system in systems:
        quiet = bench.measure(
            system, [system.stream("refresh", REFRESHERS, seconds)], max(1.0, seconds / 2))
        # The refreshes begin when the flood stands.
        streams = [system.stream("login", FLOODERS, seconds),
                   system.stream("refresh", REFRESHERS, seconds, delay=0.5)]
        flooded = bench.measure(system, streams, seconds + 0.5, warm_up=0.5, watches_memory=True)
        kept = results["systems"][system.name].setdefault("flood", [])
        kept.append({"quiet": record(quiet), "flood": record(flooded)})
        calm, refresh = quiet.streams["refresh"], flooded.streams["refresh"]
        login = flooded.streams["login"]
        say(f"flood          {system.title:20} refresh {calm['per_second']:.0f}/s alone, "
            f"{refresh['per_second']:.1f}/s flooded, p99 {refresh['p99']:.1f} ms; "
            f"login {login['per_second']:.1f}/s {login['statuses']}")
