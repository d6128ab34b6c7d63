"""Three nodes of a Galera cluster, a responder on each: what is good once is good once on all of them.

A node that is lost costs its own clients a 503 and the others a moment; nobody is told anything wrong.
"""

import itertools
import signal
import time

import jwt
import pytest
from accounts import PASSWORD, Accounts, new_name
from client import PREFIX
from cluster import Cluster
from crowd import at_once
from forgery import claims, sign
from load import Load
from parts import wait_for
from sessions import Sessions, judge
from slack import SLACK
from spread import SpreadService, on

pytestmark = pytest.mark.slow

CROWD = 50
# Together 50,000 requests.
REFRESH_TOKENS, VERIFICATION_LINKS, RESET_LINKS = 820, 100, 80
# Each for fifty at once, and for all the mailers.
ADDRESSES, MAILS = 20, 60
NEW_PASSWORD = "battery of correct horses"
LOGOUTS = 1000
VERIFIED = 200
# At once, and how many failures one account may have in any hour.
GUESSES, MOST_GUESSES = 200, 100
# The share of requests that may be refused while all nodes are well.
FEW = 0.01
SESSIONS = 8
# Of each kind, for fifty at once.
LINKS_IN_CHAOS = 16
# Seconds.
CHAOS = 150
LONGEST_ANSWER = 5.0
LONGEST_STALL = 4.0
LONGEST_RECOVERY = 5.0
# When the last node knows that it is alone, and how soon it then says so.
KNOWN_AFTER, REFUSED_WITHIN = 4.0, 1.0


@pytest.fixture(scope="module")
def service(rig, tmp_path_factory):
    with Cluster() as cluster, SpreadService(
        cluster, rig, tmp_path_factory.mktemp("responders")
    ) as running:
        yield running


@pytest.fixture
def accounts(service):
    return Accounts(service.client, service.mailbox)


@pytest.fixture
def account(accounts):
    return accounts.active()


@pytest.fixture
def load(service, account):
    return Load(service, account)


@pytest.fixture
def crowd(service):
    """What fifty are answered who ask the same at the same moment, each node a third of them."""
    return lambda ask: at_once(CROWD, lambda number: ask(service.responders[number % 3]))


def statuses(answers) -> set[int]:
    return {answer.status for answer in answers}


# --- Good once -------------------------------------------------------------------------------


def test_a_refresh_token_has_one_successor_whichever_nodes_are_asked(
    service, accounts, account, crowd, figures
):
    user = accounts.user_id(account)
    refused = 0
    for _ in range(REFRESH_TOKENS):
        token = sign(claims(user), service.secret)
        answers = crowd(lambda one: one.post("login/refresh/", {"refresh": token}))
        assert statuses(answers) <= {200, 503}
        successors = {
            jwt.decode(answer.json["refresh"], options={"verify_signature": False})["jti"]
            for answer in answers if answer.status == 200}
        assert len(successors) == 1
        refused += sum(answer.status == 503 for answer in answers)
    figures.add(
        "one refresh token, fifty at once, three nodes", requests=REFRESH_TOKENS * CROWD,
        refused=refused, wrong=0, doubles=0)
    assert refused <= FEW * REFRESH_TOKENS * CROWD


def test_a_verification_link_activates_once_whichever_nodes_are_asked(
    service, accounts, crowd, figures
):
    people = [accounts.inactive() for _ in range(VERIFICATION_LINKS)]
    refused = 0
    for person in people:
        path = f"{PREFIX}verify-email/?token={accounts.verification_token(person)}"
        answers = crowd(lambda one: one.get(path))
        assert 200 in statuses(answers) <= {200, 503}
        refused += sum(answer.status == 503 for answer in answers)
    names = ", ".join(f"'{person.username}'" for person in people)
    ((uses,),) = service.sql(
        "SELECT COUNT(*) FROM audit_events AS e JOIN users AS u ON u.id = e.user_id "
        f"WHERE e.event = 'email_verified' AND u.username IN ({names})")
    figures.add(
        "one verification link, fifty at once, three nodes", requests=VERIFICATION_LINKS * CROWD,
        refused=refused, wrong=0, doubles=int(uses) - len(people))
    assert int(uses) == len(people)
    assert refused <= FEW * VERIFICATION_LINKS * CROWD


def test_a_reset_link_sets_one_password_whichever_nodes_are_asked(
    accounts, crowd, figures
):
    refused = 0
    for _ in range(RESET_LINKS):
        uid, token = accounts.reset_link(accounts.active())
        path, body = f"password-reset-confirm/{uid}/{token}/", {"password": NEW_PASSWORD}
        answers = crowd(lambda one: one.post(path, body, REQUEST_METHOD="PATCH"))
        found = [answer.status for answer in answers]
        assert set(found) <= {200, 400, 503}
        assert found.count(200) == 1
        refused += found.count(503)
    figures.add(
        "one reset link, fifty at once, three nodes", requests=RESET_LINKS * CROWD,
        refused=refused, wrong=0, doubles=0)
    assert refused <= FEW * RESET_LINKS * CROWD


def test_an_address_is_registered_once_whichever_nodes_are_asked(service, crowd, figures):
    refused = 0
    for _ in range(ADDRESSES):
        email = f"{new_name()}@example.test"
        answers = crowd(lambda one: one.post(
            "register/", {"username": new_name(), "email": email, "password": PASSWORD}))
        found = [answer.status for answer in answers]
        assert set(found) <= {201, 400, 503}
        assert found.count(201) == 1
        assert service.sql(f"SELECT COUNT(*) FROM users WHERE email = '{email}'") == [["1"]]
        refused += found.count(503)
    figures.add(
        "one address, fifty registrations at once, three nodes", requests=ADDRESSES * CROWD,
        refused=refused, wrong=0, doubles=0)
    assert refused <= FEW * ADDRESSES * CROWD


def test_mailers_on_all_nodes_send_each_mail_once(service, rig, accounts, figures):
    rig.mailer.end(signal.SIGTERM)
    people = [accounts.inactive() for _ in range(MAILS)]
    others = [rig.add_twin("mailer", f"mailer-{number}") for number in (2, 3)]
    names = ", ".join(f"'{person.username}'" for person in people)
    left = ("SELECT COUNT(*) FROM mail_outbox AS o JOIN users AS u ON u.id = o.user_id"
            f" WHERE o.state <> 'sent' AND u.username IN ({names})")
    try:
        for mailer, node in zip([rig.mailer, *others], service.cluster.nodes):
            mailer.start(**on(node))
        wait_for(lambda: service.sql(left) == [["0"]], "all mails")
    finally:
        for other in others:
            rig.remove(other.name)
    copies = [len(service.mailbox.to(person.email)) for person in people]
    figures.add("a mailer on each of three nodes", requests=MAILS, wrong=0,
                doubles=sum(copies) - MAILS)
    assert copies == [1] * MAILS


@pytest.mark.parametrize("before", [0, 45])
def test_guesses_at_the_same_moment_on_all_nodes_are_bounded(service, accounts, figures, before):
    person = accounts.active()
    with service.started_responders(
        GATEREEVE_LIMITS_ENABLED="true", GATEREEVE_HASHING_QUEUE_LIMIT="1000",
        GATEREEVE_SERVER_WORKERS="40",
    ) as responders:
        def guess(number: int) -> int:
            body = {"username": person.username, "password": "wrong horse"}
            address = f"10.1.{number // 250}.{number % 250 + 1}"
            return responders[number % 3].post("login/", body, address).status

        assert {guess(number) for number in range(before)} <= {401}
        found = at_once(GUESSES, guess)
    through = before + found.count(401)
    figures.add(
        f"guesses at one account, all nodes at once, after {before}", requests=GUESSES, refused=found.count(503),
        wrong=sum(status not in (401, 429, 503) for status in found),
        further=f"{through} got through")
    assert set(found) <= {401, 429, 503}
    assert 1 <= through < MOST_GUESSES


@pytest.fixture
def lasting(service):
    """Responders that do not rotate: a refresh reads, and writes nothing that could meet a conflict."""
    with service.started_responders() as running:
        yield running


def test_what_was_logged_out_on_one_node_is_refused_by_the_others_at_once(
    service, lasting, accounts, account, load, figures
):
    user = accounts.user_id(account)
    accepted = refused = 0
    with load:
        for number in range(LOGOUTS):
            here, there = lasting[number % 3], lasting[(number + 1) % 3]
            token = sign(claims(user), service.secret)
            assert here.post("logout/", {"refresh": token}).status == 205
            status = there.post("login/refresh/", {"refresh": token}).status
            accepted += status == 200
            refused += status == 503
            assert status in (200, 401, 503)
    figures.add(
        "logout on one node, refresh on another", requests=LOGOUTS, refused=refused,
        wrong=accepted, lost=load.lost_writes(), **{"slowest s": load.slowest})
    assert accepted == 0
    assert refused <= FEW * LOGOUTS
    assert load.wrong == []


def test_who_was_verified_on_one_node_logs_in_on_the_next_at_once(
    lasting, accounts, load, figures
):
    new = [accounts.inactive() for _ in range(VERIFIED)]
    links = [accounts.verification_token(account) for account in new]
    found = []
    with load:
        for number, (account, token) in enumerate(zip(new, links, strict=True)):
            here, there = lasting[number % 3], lasting[(number + 1) % 3]
            assert here.get(f"{PREFIX}verify-email/?token={token}").status == 200
            found.append(there.post(
                "login/", {"username": account.username, "password": account.password}).status)
    figures.add(
        "verified on one node, login on another", requests=VERIFIED, refused=found.count(503),
        wrong=found.count(401), lost=load.lost_writes(), **{"slowest s": load.slowest})
    assert set(found) <= {200, 503}
    assert found.count(503) <= FEW * VERIFIED
    assert load.wrong == []


def test_a_migration_under_load_runs_on_one_node_and_reaches_all(service, load, figures, tmp_path):
    column = new_name()
    (tmp_path / "0001_trial.sql").write_text(
        "-- A column of the site's own.\n\n"
        f"ALTER TABLE users ADD COLUMN {column} INT NULL COMMENT 'For a trial', ALGORITHM=INSTANT;\n")
    with load:
        begun = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
        service.migrate(GATEREEVE_PATHS_SITE_MIGRATIONS=str(tmp_path))
        migrated = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(migrated, 5), "requests after the migration")
    lost = load.lost_writes()
    figures.add(
        "migration on one node of three", requests=len(load.samples), refused=load.refused,
        wrong=len(load.wrong), lost=lost, **{"slowest s": load.slowest})
    for node in service.cluster.nodes:
        assert node.sql(f"SELECT COUNT({column}) FROM users", "gatereeve") == [["0"]]
    assert load.wrong == []
    assert lost == 0
    assert load.refused <= FEW * len(load.samples)
    assert load.slowest < LONGEST_ANSWER * SLACK


def test_a_node_that_is_cut_off_takes_no_token_that_was_ended_elsewhere(
    service, lasting, accounts, account, figures
):
    user = accounts.user_id(account)
    third = service.cluster.nodes[2]
    ended = accepted = refused = 0
    third.cut_off()
    try:
        end = time.monotonic() + 15
        while time.monotonic() < end:
            token = sign(claims(user), service.secret)
            if lasting[0].post("logout/", {"refresh": token}).status == 205:
                ended += 1
                status = lasting[2].post("login/refresh/", {"refresh": token}).status
                accepted += status == 200
                refused += status == 503
                assert status in (200, 401, 503)
    finally:
        third.join()
        service.wait_until_whole()
    figures.add(
        "logout, refresh on a node that is cut off", requests=ended, refused=refused,
        wrong=accepted)
    assert ended > 100
    assert accepted == 0


def test_the_doctor_says_how_the_cluster_stands(service, rig):
    third = service.cluster.nodes[2]

    def findings(**environment):
        outcome = rig.administrator.run("doctor", "--json", **on(third), **environment)
        return [one["level"] for one in outcome.json if one["subject"] == "cluster"]

    assert findings() == ["ok"]
    assert findings(GATEREEVE_DATABASE_READS_ACROSS_NODES="false") == ["ok", "warn"]
    third.cut_off()
    try:
        wait_for(lambda: findings() == ["fail"], "the doctor finds a node that is cut off")
    finally:
        third.join()
        service.wait_until_whole()


# --- Nodes that are lost ---------------------------------------------------------------------


@pytest.fixture
def survive(service, load, figures):
    """Breaks something under load for some seconds, mends it, and judges what clients were told."""

    def run(name, break_it, mend, seconds=10):
        with load:
            begun = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
            broken = time.monotonic()
            try:
                break_it()
                # How long the fault lasts.
                while time.monotonic() < broken + seconds:
                    time.sleep(0.1)
            finally:
                mend()
            # The service recovers when the cluster has: how long that takes is MariaDB's affair.
            service.cluster.wait_until_whole()
            mended = time.monotonic()
            wait_for(lambda: service.is_ready, "a responder for each node")
            wait_for(lambda: load.all_kinds_succeed_since(mended, 5), f"recovery from {name}")
        lost, recovery = load.lost_writes(), load.recovery(mended)
        stall = longest_stall(load.samples, broken, broken + seconds)
        figures.add(
            name, requests=len(load.samples), refused=load.refused, wrong=len(load.wrong),
            lost=lost, **{"slowest s": load.slowest, "recovery s": recovery},
            further=f"nobody succeeded for {stall:.2f} s")
        assert load.wrong == []
        assert lost == 0
        assert load.slowest < LONGEST_ANSWER * SLACK
        assert recovery < LONGEST_RECOVERY * SLACK
        return broken, stall

    return run


def longest_stall(samples, begin, end) -> float:
    """The longest time without any success."""
    moments = sorted(s.ended for s in samples if s.is_good and begin < s.ended < end)
    return max(later - earlier for earlier, later in itertools.pairwise([begin, *moments, end]))


def restart(node):
    node.start()
    node.wait_until_synced()


FAULTS = {
    "killed": (lambda node: node.kill(), restart),
    "frozen": (lambda node: node.freeze(), lambda node: node.thaw()),
    "cut off": (lambda node: node.cut_off(), lambda node: node.join()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_node_that_is_lost_holds_the_others_for_a_moment(service, survive, fault):
    node = service.cluster.nodes[2]
    break_it, mend = FAULTS[fault]
    _, stall = survive(f"one of three nodes {fault}", lambda: break_it(node), lambda: mend(node))
    assert stall < LONGEST_STALL * SLACK


def test_the_last_of_three_nodes_lets_nothing_through(service, load, survive, figures):
    _, second, third = service.cluster.nodes

    def kill():
        second.kill()
        third.kill()
        wait_for(
            lambda: not any(responder.is_ready() for responder in service.responders),
            "readiness is red also where the node is up")

    def start():
        second.start()
        third.start()

    broken, _ = survive("two of three nodes killed", kill, start)
    known = [s for s in load.since(broken + KNOWN_AFTER) if s.ended < broken + 10]
    slowest = max((sample.seconds for sample in known), default=0)
    let_through = sum(sample.is_good for sample in known)
    figures.add(
        "the same, once that is known", requests=len(known), refused=len(known) - let_through,
        wrong=let_through, **{"slowest s": slowest})
    assert known and let_through == 0
    assert slowest < REFUSED_WITHIN * SLACK


def test_nothing_that_was_acknowledged_is_lost_when_all_nodes_are_killed(service, survive):
    nodes = service.cluster.nodes

    def kill():
        for node in nodes:
            node.kill()

    def start():
        for node in nodes:
            node.start()

    survive("all three nodes killed", kill, start, seconds=2)


class Crowds:
    """Fifty at once for what is good once: tokens, verification and reset links, in turn."""

    def __init__(self, service, accounts, user: str) -> None:
        self.service = service
        self.people = [accounts.inactive() for _ in range(LINKS_IN_CHAOS)]
        self.verifications = [accounts.verification_token(person) for person in self.people]
        self.resets = [accounts.reset_link(accounts.active()) for _ in range(LINKS_IN_CHAOS)]
        self.user = user
        self.requests = self.wrong = self.doubles = 0

    def ask_until(self, end: float) -> None:
        for act in itertools.cycle([self._refresh, self._verify, self._reset]):
            if time.monotonic() > end:
                return
            act()

    def _ask(self, ask, expected: set[int]) -> list:
        answers = at_once(CROWD, lambda number: ask(self.service.responders[number % 3]))
        self.requests += CROWD
        self.wrong += sum(answer.status not in expected | {503} for answer in answers)
        return [answer for answer in answers if answer.status == 200]

    def _refresh(self) -> None:
        token = sign(claims(self.user), self.service.secret)
        given = self._ask(lambda one: one.post("login/refresh/", {"refresh": token}), {200})
        successors = {
            jwt.decode(answer.json["refresh"], options={"verify_signature": False})["jti"]
            for answer in given}
        self.doubles += max(0, len(successors) - 1)

    def _verify(self) -> None:
        if self.verifications:
            path = f"{PREFIX}verify-email/?token={self.verifications.pop()}"
            self._ask(lambda one: one.get(path), {200})

    def _reset(self) -> None:
        if self.resets:
            uid, token = self.resets.pop()
            path, body = f"password-reset-confirm/{uid}/{token}/", {"password": NEW_PASSWORD}
            used = self._ask(
                lambda one: one.post(path, body, REQUEST_METHOD="PATCH"), {200, 400})
            self.doubles += max(0, len(used) - 1)

    def count_verifications(self) -> None:
        names = ", ".join(f"'{person.username}'" for person in self.people)
        for (uses,) in self.service.sql(
            "SELECT COUNT(*) FROM audit_events AS e JOIN users AS u ON u.id = e.user_id "
            f"WHERE e.event = 'email_verified' AND u.username IN ({names}) GROUP BY u.id"
        ):
            self.doubles += int(uses) - 1


def test_in_chaos_nobody_is_logged_out_and_nothing_is_lost_or_done_twice(
    service, accounts, load, figures
):
    first, second, third = service.cluster.nodes
    # One at a time: a cluster that has lost its majority to two faults at once waits for whoever runs it.
    faults = [
        (third.cut_off, third.join),
        (second.kill, lambda: restart(second)),
        (first.freeze, first.thaw),
    ]
    person = accounts.active()
    sessions = Sessions(service, [accounts.tokens(person)["refresh"] for _ in range(SESSIONS)])
    crowds = Crowds(service, accounts, accounts.user_id(accounts.active()))
    done = restarts = 0
    with sessions, load:
        end = time.monotonic() + CHAOS
        while time.monotonic() < end:
            sessions.wait_for_rounds()
            break_it, mend = faults[done % len(faults)]
            try:
                break_it()
                # How long the fault lasts; a crowd may wait for 5 seconds.
                over = time.monotonic() + 8
                crowds.ask_until(over - LONGEST_ANSWER)
                time.sleep(max(0, over - time.monotonic()))
            finally:
                mend()
            restarts += service.wait_until_whole()
            done += 1
        sessions.wait_for_rounds()
    lost = load.lost_writes()
    figures.add(
        f"chaos on three nodes for {CHAOS} s", requests=len(load.samples), refused=load.refused,
        wrong=len(load.wrong), lost=lost, **{"slowest s": load.slowest},
        further=f"{done} faults, {restarts} nodes did not find the others and were started anew")
    assert load.wrong == []
    assert lost == 0
    assert load.slowest < LONGEST_ANSWER * SLACK
    assert done >= len(faults)
    judge("refreshes in that chaos", service, sessions, figures)
    crowds.count_verifications()
    figures.add(
        "fifty at once in that chaos", requests=crowds.requests, wrong=crowds.wrong,
        doubles=crowds.doubles, further="refresh tokens, verification and reset links")
    assert (crowds.wrong, crowds.doubles) == (0, 0)
    assert len(crowds.verifications) < LINKS_IN_CHAOS > len(crowds.resets)
