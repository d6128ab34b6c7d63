"""Results as tables that terminals and Markdown show alike."""

from statistics import median

from .goals import Goal, login_rate
from .scenarios import OPERATIONS


def table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)


def _of(rounds: list[dict], figure) -> float:
    return median(figure(one) for one in rounds)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def operations(results: dict) -> str:
    """Closed loop: one table for each operation."""
    parts = []
    header = ["", "requests/s", "p50 ms", "p99 ms", "responder µs", "nginx µs", "mariadbd µs",
              "statements", "context switches", "wrong"]
    for operation in OPERATIONS:
        rows = []
        for system in results["systems"].values():
            rounds = system.get("operations", {}).get(operation)
            if not rounds:
                continue
            figures = [_of(rounds, lambda one, key=key: one["streams"][operation][key])
                       for key in ("per_second", "p50", "p99")]
            figures += [_of(rounds, lambda one, key=key: one[key]) for key in (
                "cpu_us", "nginx_us", "database_us", "questions", "switches")]
            rows.append([system["title"], *map(_number, figures),
                         str(sum(one["wrong"] for one in rounds))])
        if rows:
            parts.append(f"**{operation}**, 32 clients\n\n{table(header, rows)}")
    return "\n\n".join(parts)


def mixed(results: dict) -> str:
    """Open loop."""
    rows = []
    for system in results["systems"].values():
        for rate, rounds in system.get("mixed", {}).items():
            cells = [system["title"], rate]
            for operation in ("refresh", "login"):
                for key in ("p50", "p99"):
                    cells.append(_number(
                        _of(rounds, lambda one: one["streams"][operation][key])))
            rows.append([*cells, _number(_of(rounds, lambda one: one["cpu_us"])),
                         str(sum(one["wrong"] for one in rounds))])
    header = ["", "requests/s", "refresh p50 ms", "p99 ms", "login p50 ms", "p99 ms",
              "responder µs", "wrong"]
    return "**mixed load** at a fixed rate: 90 % refresh, 5 % login, 3 % logout, 2 % register\n\n" \
        + table(header, sorted(rows, key=lambda row: int(row[1]))) if rows else ""


def flood(results: dict) -> str:
    rows = []
    for system in results["systems"].values():
        rounds = system.get("flood")
        if not rounds:
            continue
        quiet = _of(rounds, lambda one: one["quiet"]["streams"]["refresh"]["per_second"])
        flooded = _of(rounds, lambda one: one["flood"]["streams"]["refresh"]["per_second"])
        statuses: dict[str, int] = {}
        for one in rounds:
            for status, number in one["flood"]["streams"]["login"]["statuses"].items():
                statuses[status] = statuses.get(status, 0) + number
        rows.append([
            system["title"], _number(quiet), _number(flooded), f"{flooded / max(quiet, 0.01) * 100:.0f} %",
            _number(_of(rounds, lambda one: one["flood"]["streams"]["refresh"]["p50"])),
            _number(_of(rounds, lambda one: one["flood"]["streams"]["refresh"]["p99"])),
            _number(_of(rounds, lambda one: login_rate(one["flood"]))),
            ", ".join(f"{number} × {status}" for status, number in sorted(statuses.items())),
            _number(max(one["flood"]["peak_mib"] for one in rounds))])
    header = ["", "refreshes/s alone", "flooded", "share", "p50 ms", "p99 ms", "logins/s",
              "logins", "peak MiB"]
    return "**flood**: 64 clients log in, 4 refresh\n\n" + table(header, rows) if rows else ""


def footprint(results: dict) -> str:
    rows = [[system["title"], _number(median(system["start_ms"])), _number(system["idle_mib"])]
            for system in results["systems"].values() if "start_ms" in system]
    return "**footprint**\n\n" + table(["", "start ms", "idle MiB PSS"], rows) if rows else ""


def goals(judged: list[Goal]) -> str:
    rows = [[goal.what, goal.goal, goal.figure or "–", goal.verdict] for goal in judged]
    return table(["what", "goal", "figure", "verdict"], rows)
