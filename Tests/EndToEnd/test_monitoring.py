"""monitoring/: every name in the alarms and the dashboard is one that the product tells, and a real
Prometheus understands all of it."""

import json
import re
import time

import pytest
import yaml
from product import ROOT
from prometheus import TARGET_LABELS, Prometheus, grouping_labels, samples, selectors

MONITORING = ROOT / "monitoring"
RULES = MONITORING / "gatereeve-alerts.yaml"
DOCUMENT = (ROOT / "docs" / "monitoring.md").read_text()
DASHBOARD = json.loads((MONITORING / "grafana-dashboard.json").read_text())
ALERTS = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
PATIENCE = 20.0
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="module")
def page(accounts, client) -> str:
    """/metrics after everything has happened that somebody may look at."""
    account = accounts.active()
    pair = accounts.tokens(account)
    client.post("login/", {"username": account.username, "password": "a wrong one"})
    client.post("login/refresh/", {"refresh": pair["refresh"]})
    client.post("logout/", {"refresh": pair["refresh"]})
    client.post("login/refresh/", {"refresh": pair["refresh"]})
    uid, token = accounts.reset_link(account)
    path = f"password-reset-confirm/{uid}/{token}/"
    assert client.patch(path, {"password": "a new and good one"}).status == 200
    last = 'gatereeve_requests_total{route="password-reset-confirm",status="200"}'
    text = ""

    def is_counted() -> bool:
        nonlocal text
        text = client.get("/metrics").text
        return last in text

    wait(is_counted)
    return text


def wait(condition) -> None:
    """A request is counted after its answer was sent, so figures may come a moment later."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the figures do not come"
        time.sleep(0.02)


def settled(figures) -> list[float]:
    """Figures that do not move any more, though what was before them may still be counted."""
    seen = figures()
    for _ in range(10):
        time.sleep(0.1)
        if (now := figures()) != seen:
            return settled(figures)
        seen = now
    return seen


def value(page: str, sample: str) -> float:
    (found,) = re.findall(rf"^{re.escape(sample)} (\S+)$", page, re.MULTILINE)
    return float(found)


# --- What is counted -------------------------------------------------------------------------


def test_logins_and_tokens_are_counted_by_what_came_of_them(client, accounts, account):
    def figures():
        text = client.get("/metrics").text
        outcomes = ["succeeded", "wrong_password", "no_such_user", "malformed"]
        return [value(text, f'gatereeve_logins_total{{outcome="{name}"}}') for name in outcomes] + [
            value(text, f'gatereeve_tokens_issued_total{{type="{name}"}}')
            for name in ["access", "refresh"]
        ]

    accounts.login(account)
    before = settled(figures)
    pair = accounts.tokens(account)
    client.post("login/refresh/", {"refresh": pair["refresh"]})
    for name in [account.username, account.username, "nobody at all"]:
        client.post("login/", {"username": name, "password": "a wrong one"})
    client.post("login/", {"username": account.username})
    wait(lambda: [new - old for new, old in zip(figures(), before)] == [1, 2, 1, 1, 2, 1])


def test_hashes_are_timed_and_the_queue_is_empty_in_the_end(client, accounts, account):
    def figures():
        text = client.get("/metrics").text
        return [
            value(text, f'gatereeve_hashing_seconds_count{{stage="{stage}"}}')
            for stage in ("wait", "hash")
        ] + [value(text, "gatereeve_hashing_queue")]

    # Unlike a request, a hash is counted before it is answered.
    before = figures()
    accounts.login(account)
    assert figures() == [before[0] + 1, before[1] + 1, 0]


def test_the_running_program_is_told(page):
    assert re.search(r'^gatereeve_build_info\{version="[0-9.]+",schema="\d+"\} 1.0$', page, re.M)
    assert value(page, 'gatereeve_responder_up{responder="1"}') == 1
    started = value(page, 'gatereeve_responder_start_time_seconds{responder="1"}')
    assert 0 < time.time() - started < 86400
    assert value(page, "gatereeve_database_connections_opened_total") > 0
    assert value(page, 'gatereeve_outbox_finished_mails{state="sent"}') > 0


# --- The names -------------------------------------------------------------------------------


def expressions() -> list[str]:
    return [alert["expr"] for alert in ALERTS] + [
        target["expr"] for panel in PANELS for target in panel["targets"]
    ]


# Values that need another setting than the product has here; test_rotation_grace.py shows this one.
SHOWN_ELSEWHERE = {("reason", "token_reused")}


def test_every_metric_and_label_that_is_asked_for_exists(page):
    known = samples(page)
    for expression in expressions():
        used = selectors(expression)
        labels = TARGET_LABELS | {"le"}
        for name, conditions in used:
            assert name in known, f"{name} in {expression}"
            labels |= {label for sample in known[name] for label in sample}
            for label, operator, wanted in conditions:
                if label in TARGET_LABELS:
                    continue
                values = {sample.get(label) for sample in known[name]}
                values |= {value for other, value in SHOWN_ELSEWHERE if other == label}
                assert None not in values, f"{name} has no {label}: {expression}"
                if operator in ("=", "=~"):
                    for part in wanted.split("|"):
                        assert any(re.fullmatch(part, one) for one in values), (name, label, part)
        assert grouping_labels(expression) <= labels, expression


def test_texts_of_alarms_and_legends_name_labels_that_their_expressions_keep():
    for alert in ALERTS:
        text = "".join(alert["annotations"].values())
        kept = grouping_labels(alert["expr"]) or {"instance", "job", "responder"}
        assert set(re.findall(r"\$labels\.(\w+)", text)) <= kept, alert["alert"]
    for panel in PANELS:
        for target in panel["targets"]:
            kept = grouping_labels(target["expr"]) or {"instance", "job", "responder"}
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= kept, panel["title"]


def test_the_page_of_the_documentation_tells_of_every_metric_and_alarm(page):
    for name in re.findall(r"^# TYPE (\w+)", page, re.MULTILINE):
        assert f"`{name}`" in DOCUMENT, name
    for alert in ALERTS:
        assert f"### {alert['alert']}\n" in DOCUMENT, alert["alert"]
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert set(alert["annotations"]) == {"summary", "description", "runbook"}
    for name in re.findall(r"^### (Gatereeve\w+)$", DOCUMENT, re.MULTILINE):
        assert name in {alert["alert"] for alert in ALERTS}


# --- The dashboard ---------------------------------------------------------------------------


def test_the_dashboard_has_what_grafana_needs_to_import_it():
    assert DASHBOARD["schemaVersion"] >= 30
    assert DASHBOARD["uid"] and DASHBOARD["title"]
    assert DASHBOARD["id"] is None
    variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in PANELS:
        assert panel["title"] and panel["description"] and panel["targets"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            assert used <= {*variables, "__rate_interval"}, target["expr"]
            assert 'job=~"$job"' in target["expr"]


def test_no_two_panels_of_the_dashboard_overlap():
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["w"] > 0 and place["h"] > 0 and place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} and {taken[x, y]}"
                taken[x, y] = panel["title"]


def test_a_real_prometheus_runs_the_rules_and_answers_the_dashboard(page, product, tmp_path):
    target = product.base_url.removeprefix("http://")
    prometheus = Prometheus(tmp_path / "prometheus", target, RULES)
    try:
        def rules():
            groups = prometheus.ask("rules")["groups"]
            return [rule for group in groups for rule in group["rules"]]

        prometheus.wait(
            lambda: prometheus.query('up{job="gatereeve"} == 1'), "the product was not read")
        prometheus.wait(
            lambda: rules() and all(rule["health"] != "unknown" for rule in rules()),
            "the rules were not evaluated")
        assert {rule["name"]: rule["health"] for rule in rules()} == {
            alert["alert"]: "ok" for alert in ALERTS
        }
        for panel in PANELS:
            for one in panel["targets"]:
                expression = one["expr"].replace("$__rate_interval", "30s").replace("$job", ".+")
                prometheus.wait(
                    lambda: prometheus.query(expression), f"{panel['title']}: no data")
    finally:
        prometheus.stop()
