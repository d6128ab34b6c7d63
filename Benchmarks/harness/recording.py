"""Writes results into docs/: figures as JSON, the picture, the tables of the page."""

import json
from pathlib import Path

from . import goals, plot, report
from .programs import ROOT, BenchmarkError

DOCUMENTS = ROOT / "docs"
PAGE = DOCUMENTS / "performance.md"
RESULTS = DOCUMENTS / "performance.json"
GROWTH = DOCUMENTS / "performance-growth.json"
PICTURE = DOCUMENTS / "performance.svg"
_ALTERNATIVE = ("Refreshes and logins a second, processor time beside the floor, and what is left of "
                "refreshing while 64 clients flood login")


def read(file: Path) -> dict | None:
    """Results that were written before."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def write_results(results: dict) -> None:
    """A run of bench."""
    RESULTS.write_text(_shorter(results), encoding="utf-8")
    PICTURE.write_text(plot.draw(results), encoding="utf-8")
    _write_page(results, read(GROWTH))


def write_growth(grown: dict) -> None:
    """A run of growth; the page keeps the other figures."""
    GROWTH.write_text(_shorter(grown), encoding="utf-8")
    if results := read(RESULTS):
        _write_page(results, grown)


def _shorter(results: dict) -> str:
    def rounded(value):
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, dict):
            return {key: rounded(inner) for key, inner in value.items()}
        return [rounded(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(rounded(results), ensure_ascii=False) + "\n"


def _write_page(results: dict, grown: dict | None) -> None:
    machine = results["machine"]
    intro = (f"{machine['cores']} cores of a virtual machine, Linux {machine['kernel']}, nginx "
             f"{machine['nginx']}, MariaDB {machine['mariadb']}; medians of {results['rounds']} rounds. "
             f"Times are processor time of one request. Other programs used "
             f"{results['others'] * 100:.0f} % of the machine meanwhile.")
    parts = [intro, *(part(results) for part in (
        report.operations, report.mixed, report.flood, report.footprint))]
    text = PAGE.read_text(encoding="utf-8")
    text = _replaced(text, "picture", f"![{_ALTERNATIVE}]({PICTURE.name})")
    text = _replaced(text, "goals", report.goals(goals.judge(results, grown)))
    text = _replaced(text, "figures", "\n\n".join(part for part in parts if part))
    PAGE.write_text(text, encoding="utf-8")


def _replaced(page: str, name: str, content: str) -> str:
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    if begin not in page or end not in page:
        raise BenchmarkError(f"{PAGE} has lost its marks {begin} and {end}")
    head, tail = page.partition(begin)[0], page.partition(end)[2]
    return f"{head}{begin}\n\n{content}\n\n{end}{tail}"
