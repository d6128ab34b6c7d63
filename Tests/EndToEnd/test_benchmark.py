"""The benchmark runs, and its figures mean what they say. How fast anything is, it does not ask."""

import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from product import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks"))

from harness import goals, load, plot  # noqa: E402

SERVICE_SECONDS = 0.05


class SlowAnswers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(SERVICE_SECONDS)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_) -> None:
        """Prints nothing."""


@pytest.fixture
def slow_port():
    """A server that answers one request at a time, 20 a second at most."""
    server = HTTPServer(("127.0.0.1", 0), SlowAnswers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(port, tmp_path, **changes):
    bodies = tmp_path / "bodies"
    bodies.write_text('{"a":1}\n{"a":2}\n{"a":3}')
    stream = load.Stream("asked", "/", bodies, **{"clients": 1, **changes})
    return load.run(port, 1, 0, [stream])["asked"]


def test_a_closed_loop_sends_the_next_request_after_the_answer(slow_port, tmp_path):
    asked = ask(slow_port, tmp_path)
    assert SERVICE_SECONDS * 1e3 <= asked["p50"]
    assert asked["statuses"] == {"200": asked["answered"]}
    assert 1 <= asked["answered"] <= 1 / SERVICE_SECONDS


def test_an_open_loop_counts_the_time_that_a_request_waited_to_be_sent(slow_port, tmp_path):
    # Three times as many as the server can answer: the last ones wait for most of a second.
    asked = ask(slow_port, tmp_path, rate=3 / SERVICE_SECONDS)
    assert asked["p99"] >= 6 * SERVICE_SECONDS * 1e3


def test_bodies_that_serve_once_end_the_stream(slow_port, tmp_path):
    asked = ask(slow_port, tmp_path, once=True)
    assert (asked["sent"], asked["answered"], asked["exhausted"]) == (3, 3, True)


def measured(per_second: float, cpu_us: float) -> dict:
    stream = {"per_second": per_second, "p50": 1.0, "p99": 2.0, "statuses": {"200": 10},
              "answered": 1000}
    return {"streams": {name: stream for name in ("refused token", "refresh", "logout", "login",
                                                  "register")},
            "cpu_us": cpu_us, "questions": 1, "prepares": 0, "commits": 1, "wrong": 0,
            "peak_mib": 40.0}


def results(product: tuple[float, float], flooded: float) -> dict:
    """What a run finds when the floor does 1000 requests a second, each for 100 µs."""
    systems = {}
    for name, figures in (("gatereeve", product), ("floor", (1000.0, 100.0))):
        names = ("refused token", "refresh", "logout", "login", "register")
        systems[name] = {
            "title": name, "start_ms": [50.0], "idle_mib": 20.0,
            "operations": {operation: [measured(*figures)] for operation in names},
            "flood": [{"quiet": measured(1000.0, 1), "flood": measured(flooded, 1)}]}
    return {"machine": {"cores": 2}, "systems": systems}


def verdicts(*arguments) -> dict[str, bool | None]:
    return {goal.what: goal.is_met for goal in goals.judge(results(*arguments), None)}


def test_a_goal_is_met_or_missed_by_its_figure():
    good, bad = verdicts((900.0, 120.0), 700.0), verdicts((800.0, 130.0), 500.0)
    for what in ("refresh: CPU of the responder",
                 "64 clients flood login: refreshes of the quiet rate"):
        assert (good[what], bad[what]) == (True, False)
    assert verdicts((900.0, 120.0), 700.0)["growth: refresh, login, purge"] is None


def test_the_picture_shows_every_system():
    picture = plot.draw(results((900.0, 120.0), 700.0))
    assert picture.count(">gatereeve<") == picture.count(">floor<") == 3
    assert "prefers-color-scheme: dark" in picture


@pytest.mark.parametrize("name", ["bench", "growth"])
def test_a_benchmark_explains_itself_and_takes_no_arguments(name):
    program = ROOT / "Benchmarks" / name
    helped, wrong = (subprocess.run([program, argument], capture_output=True, text=True, timeout=60)
                     for argument in ("--help", "10"))
    assert (helped.returncode, wrong.returncode) == (0, 2)
    assert "The environment chooses" in helped.stdout
    assert "unrecognized arguments: 10" in wrong.stderr


def run_benchmark(name: str, **environment: str) -> dict[str, str]:
    """Runs it for a moment; gives the verdict of each goal."""
    done = subprocess.run([ROOT / "Benchmarks" / name], capture_output=True, text=True, timeout=600,
                          env={**os.environ, "ROUNDS": "1", "SECONDS": "0.2", **environment})
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("| ")]
    verdicts = {cells[1].strip(): cells[4].strip() for cells in rows if len(cells) == 6}
    return {what: verdict for what, verdict in verdicts.items()
            if verdict in ("met", "MISSED", "not measured")}


@pytest.mark.released
def test_the_whole_benchmark_gives_a_verdict_for_each_goal():
    found = run_benchmark(
        "bench", SYSTEMS="gatereeve,floor", SCENARIOS="hash,operations,flood", RECORD="no")
    judged = {goal.what for goal in goals.judge(results((1.0, 1.0), 1.0), None)}
    # What large tables need is there only when somebody has recorded it.
    assert {what for what in judged if not what.startswith("growth")} - set(found) == set()
    assert found["answers that were not the expected ones"] == "met"
    assert found["logout: round trips to the database"] in ("met", "MISSED")


@pytest.mark.released
def test_growth_gives_a_verdict_for_each_of_its_goals():
    found = run_benchmark("growth", ROWS="1000", EXPIRED="1000", CACHE="64", RECORD="no")
    assert len(found) == 3
    assert "not measured" not in found.values()
