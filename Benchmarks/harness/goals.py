"""The goals, and whether a run met them."""

from dataclasses import dataclass
from statistics import median


CHEAP = ("refused token", "refresh", "logout")
IDLE_MIB = 25
# Memory of one Argon2id hash; each hashing thread may have that and a tenth more.
HASH_MIB = 19


@dataclass(frozen=True)
class Goal:
    what: str
    goal: str
    figure: str
    # None: it could not be judged.
    is_met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "MISSED", None: "not measured"}[self.is_met]


def operation_ratios(results: dict, operation: str, of: str, to: str, figure) -> list[float]:
    """The figure of one system by that of another, round by round."""
    systems = results["systems"]
    if of not in systems or to not in systems:
        return []
    pairs = zip(systems[of]["operations"][operation], systems[to]["operations"][operation])
    return [figure(one) / figure(other) for one, other in pairs if figure(other) > 0]


def throughput(operation: str):
    return lambda measured: measured["streams"][operation]["per_second"]


def cpu(measured: dict) -> float:
    return measured["cpu_us"]


def _median(values: list[float]) -> float | None:
    return median(values) if values else None


def judge(results: dict, grown: dict | None) -> list[Goal]:
    """All goals, in the order of the table in docs/performance.md."""
    return [*_against_the_floor(results), *_against_peers(results), *_hashing(results),
            *_flood(results), *_footprint(results), *growth(grown), *_round_trips(results),
            *_idle(results), _right_answers(results)]


def _at_most(what: str, goal: str, figure: float | None, limit: float, text: str) -> Goal:
    if figure is None:
        return Goal(what, goal, "", None)
    return Goal(what, goal, text.format(figure), figure <= limit)


def _at_least(what: str, goal: str, figure: float | None, limit: float, text: str) -> Goal:
    if figure is None:
        return Goal(what, goal, "", None)
    return Goal(what, goal, text.format(figure), figure >= limit)


def _against_the_floor(results: dict) -> list[Goal]:
    goals = []
    for operation in CHEAP:
        ratio = _median(operation_ratios(results, operation, "gatereeve", "floor", cpu))
        goals.append(_at_most(f"{operation}: CPU of the responder", "≤ 1.25 × the floor",
                              ratio, 1.25, "{:.2f} ×"))
    for operation in CHEAP:
        ratio = _median(operation_ratios(
            results, operation, "gatereeve", "floor", throughput(operation)))
        goals.append(_at_least(f"{operation}: throughput, 32 clients", "≥ 0.85 × the floor",
                               ratio, 0.85, "{:.2f} ×"))
    return goals


def _against_peers(results: dict) -> list[Goal]:
    goals = []
    for peer, title, limit in (("django", "Django", 10), ("fastapi_users", "fastapi-users", 8)):
        ratio = _median(operation_ratios(
            results, "refresh", "gatereeve", peer, throughput("refresh")))
        goals.append(_at_least("refresh: throughput, 32 clients", f"≥ {limit} × {title}",
                               ratio, limit, "{:.1f} ×"))
    return goals


def _hashing(results: dict) -> list[Goal]:
    goals = []
    for operation, measured in results.get("beside_hash", {}).items():
        goals.append(_at_most(f"{operation}: CPU of the responder beside the hash", "≤ 0.5 ms",
                              measured["cpu_us"] / 1e3, 0.5, "{:.2f} ms"))
    ratio = _median(operation_ratios(results, "login", "gatereeve", "floor", throughput("login")))
    goals.append(_at_least("login: throughput, 32 clients", "≥ 1.5 × the floor", ratio, 1.5,
                           "{:.2f} ×"))
    return goals


def _flood(results: dict) -> list[Goal]:
    rounds = results["systems"]["gatereeve"].get("flood", [])
    what = "64 clients flood login"
    shares = [one["flood"]["streams"]["refresh"]["per_second"]
              / one["quiet"]["streams"]["refresh"]["per_second"] for one in rounds
              if one["quiet"]["streams"]["refresh"]["per_second"] > 0]
    p99 = [one["flood"]["streams"]["refresh"]["p99"] for one in rounds]
    logins = [login_rate(one["flood"]) for one in rounds]
    statuses = {status for one in rounds for status in one["flood"]["streams"]["login"]["statuses"]}
    share = _median(shares)
    return [
        _at_least(f"{what}: refreshes of the quiet rate", "≥ 60 %",
                  None if share is None else share * 100, 60, "{:.0f} %"),
        _at_most(f"{what}: p99 of refresh", "≤ 10 ms", _median(p99), 10, "{:.1f} ms"),
        _at_least(f"{what}: logins", "≥ 30/s", _median(logins), 30, "{:.0f}/s"),
        Goal(f"{what}: what they get", "200 or a quick 503", " and ".join(sorted(statuses)),
             statuses <= {"200", "503"} if statuses else None),
    ]


def login_rate(measured: dict) -> float:
    """Good logins a second: refusals are answers, too, and do not count."""
    stream = measured["streams"]["login"]
    total = sum(stream["statuses"].values())
    return stream["per_second"] * stream["statuses"].get("200", 0) / total if total else 0.0


def _footprint(results: dict) -> list[Goal]:
    product = results["systems"]["gatereeve"]
    idle = product.get("idle_mib")
    peaks = [one["flood"]["peak_mib"] for one in product.get("flood", [])]
    threads = results["machine"]["cores"]
    limit = IDLE_MIB + threads * HASH_MIB * 1.1
    return [
        _at_most("memory: idle, one process", f"≤ {IDLE_MIB} MiB PSS", idle, IDLE_MIB,
                 "{:.1f} MiB"),
        _at_most(f"memory: under the flood, {threads} hashing threads", f"≤ {limit:.0f} MiB PSS",
                 max(peaks) if peaks else None, limit, "{:.1f} MiB"),
        _at_most("start: exec to first answer", "≤ 100 ms", _median(product.get("start_ms", [])),
                 100, "{:.0f} ms"),
    ]


def growth(grown: dict | None) -> list[Goal]:
    """The goals that need large tables."""
    if grown is None:
        return [Goal("growth: refresh, login, purge", "see make bench-growth", "", None)]
    rows = f"{grown['rows'] / 1e6:g} million"
    goals = []
    for operation in ("refresh", "login"):
        ratio = grown["large"][operation]["p50"] / grown["small"][operation]["p50"]
        goals.append(_at_most(f"{operation}: p50 with {rows} users and ended tokens",
                              "≤ 1.2 × with a thousand", ratio, 1.2, "{:.2f} ×"))
    quiet, during = grown["purge"]["quiet"]["p99"], grown["purge"]["during"]["p99"]
    goals.append(_at_most(
        f"purge of {grown['purge']['rows'] / 1e6:g} million rows: p99 of refresh", "+ 20 % at most",
        (during / quiet - 1) * 100, 20, "{:+.0f} %"))
    return goals


def _round_trips(results: dict) -> list[Goal]:
    operations = results["systems"]["gatereeve"].get("operations", {})
    goals = []
    for operation, limit in (("refused token", 0), ("refresh", 1), ("logout", 1), ("login", 2)):
        figure = _median([one["questions"] for one in operations.get(operation, [])])
        # A new connection of a worker may add some statements to a whole round.
        goals.append(_at_most(f"{operation}: round trips to the database",
                              f"{'≤ ' if limit == 2 else ''}{limit}", figure, limit + 0.05,
                              "{:.2f}"))
    commits = {"register": _median([one["commits"] for one in operations.get("register", [])]),
               "password reset": (results.get("password_reset") or {}).get("commits")}
    for operation, figure in commits.items():
        goals.append(_at_most(f"{operation}: transactions", "1", figure, 1.05, "{:.2f}"))
    # Each thread prepares a statement when it first needs it: the best round counts, of many answers.
    measured = [min(one["prepares"] for one in rounds) for operation, rounds in operations.items()
                if max(one["streams"][operation]["answered"] for one in rounds) >= 100]
    goals.append(_at_most("prepared statements made for each request", "0",
                          max(measured) if measured else None, 0.01, "{:.3f}"))
    return goals


def _idle(results: dict) -> list[Goal]:
    idle = results.get("idle")
    if idle is None:
        return [Goal("idle: 32 workers and the mailer", "≤ 0.1 % of a core", "", None)]
    share = idle["responder_percent"] + idle["mailer_percent"]
    goals = [_at_most("idle: 32 workers and the mailer", "≤ 0.1 % of a core", share, 0.1,
                      "{:.3f} %")]
    # One request must not wake all workers. A refresh waits for the database besides, once more.
    goals.append(_at_most("context switches, 32 workers: refused token", "≤ 1.5 for each request",
                          idle["refused"]["switches"], 1.5, "{:.2f}"))
    return goals


def _right_answers(results: dict) -> Goal:
    """A benchmark of wrong answers would say nothing."""
    system = results["systems"]["gatereeve"]
    measured = [one for rounds in system.get("operations", {}).values() for one in rounds]
    measured += [one for rounds in system.get("mixed", {}).values() for one in rounds]
    wrong = sum(one["wrong"] for one in measured)
    return Goal("answers that were not the expected ones", "0", str(wrong),
                wrong == 0 if measured else None)
