"""A Prometheus that reads /metrics of a product, and the texts of its exposition format."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from product import free_port

PATIENCE = 60.0
# What Prometheus itself adds to every sample.
TARGET_LABELS = {"job", "instance"}


def samples(page: str) -> dict[str, list[dict[str, str]]]:
    """The labels of every sample of a page, by the name of the metric."""
    found: dict[str, list[dict[str, str]]] = {}
    for line in page.splitlines():
        if match := re.match(r"([a-z_]+)(?:\{(.*)\})? \S+$", line):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
            found.setdefault(match[1], []).append(labels)
    return found


def selectors(expression: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The metrics of ours that an expression asks for, each with its conditions on labels."""
    return [
        (name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', conditions))
        for name, conditions in re.findall(r"\b(gatereeve_\w+)(?:\{([^}]*)\})?", expression)
    ]


def grouping_labels(expression: str) -> set[str]:
    """The labels of `by (…)`."""
    lists = re.findall(r"\bby\s*\(([^)]*)\)", expression)
    return {label.strip() for text in lists for label in text.split(",")}


class Prometheus:
    def __init__(self, directory: Path, target: str, rules: Path) -> None:
        directory.mkdir()
        configuration = directory / "prometheus.yml"
        configuration.write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            f"rule_files: [{rules}]\n"
            "scrape_configs:\n"
            f"  - {{job_name: gatereeve, static_configs: [{{targets: ['{target}']}}]}}\n"
        )
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/api/v1"
        self.log = directory / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={configuration}",
                 f"--storage.tsdb.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}"],
                stdout=log, stderr=log,
            )

    def ask(self, path: str, **parameters: str):
        """The data of an answer; AssertionError with what Prometheus says if it has none.

        HTTPError 503 while it has not read its own data yet.
        """
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self.url}/{path}?{query}", timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:
                raise
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def query(self, expression: str) -> list:
        return self.ask("query", query=expression)["result"]

    def wait(self, condition, what: str) -> None:
        """Waits until a condition holds; one that cannot be asked yet does not hold."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if condition():
                    return
            except urllib.error.URLError:
                assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, what
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
