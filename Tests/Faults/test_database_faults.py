"""MariaDB is killed, frozen, cut off, full, read-only: everybody is told at once, nobody wrongly."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from certificates import Authority
from crowd import at_once
from load import EXPECTED
from parts import wait_for
from slack import SLACK

# Seconds; of make test-faults.
LONGEST_ANSWER = 5.0
LONGEST_RECOVERY = 5.0

RELAY = Path(__file__).with_name("database_relay.py")


@pytest.fixture
def survive(rig, load, figures):
    """Breaks something under load, mends it, and judges what clients were told meanwhile."""

    def run(name, break_it, mend, seconds, is_total=True):
        with load:
            begun = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
            try:
                break_it()
                broken = time.monotonic()
                if is_total:
                    wait_for(lambda: load.is_refused_since(broken), f"refusals while {name}")
                    wait_for(lambda: not rig.is_ready, f"readiness is red while {name}")
                # How long the fault lasts.
                while time.monotonic() < broken + seconds:
                    assert rig.is_live
                    time.sleep(0.1)
            finally:
                mend()
            mended = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(mended, 5), f"recovery from {name}")
            wait_for(lambda: rig.is_ready, f"readiness is green after {name}")
        lost = load.lost_writes()
        recovery = load.recovery(mended) if is_total else None
        figures.add(
            name, requests=len(load.samples), refused=load.refused, wrong=len(load.wrong),
            lost=lost, **{"slowest s": load.slowest, "recovery s": recovery},
            further=f"{len(load.registered)} accounts, {len(load.logged_out)} logouts",
        )
        assert load.wrong == []
        assert lost == 0
        assert load.slowest < LONGEST_ANSWER * SLACK
        assert recovery is None or recovery < LONGEST_RECOVERY * SLACK
        return load

    return run


def test_the_database_is_killed_and_comes_back(rig, survive):
    survive("database killed", rig.database.end, rig.start_database, 1)


def test_the_database_is_frozen_and_thaws(rig, survive):
    survive("database frozen", rig.database.freeze, rig.database.thaw, 3)


@pytest.fixture
def slow_hashing(rig):
    """Hashes that take so long that a flood waits as long for them as it may."""
    rig.restart_responder(
        GATEREEVE_HASHING_THREADS="1", GATEREEVE_PASSWORDS_ARGON2_MEMORY="32768")
    yield
    rig.restart_responder()


@pytest.mark.released
@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_the_database_goes_away_while_logins_wait_to_be_hashed(
    rig, survive, load, slow_hashing, fault
):
    load.flood = 100
    break_it, mend = {
        "killed": (rig.database.end, rig.start_database),
        "frozen": (rig.database.freeze, rig.database.thaw)}[fault]
    # Refusals go on when it is back: there are more logins than can be hashed.
    survive(f"database {fault}, 100 clients log in", break_it, mend, 3, is_total=False)
    waits = sorted(sample.seconds for sample in load.samples if sample.kind == "login")
    assert waits[-1] > 2


@pytest.mark.slow
def test_the_database_is_killed_again_and_again(rig, survive):
    def kill_again_and_again():
        for _ in range(4):
            rig.database.end()
            rig.start_database()
            wait_for(lambda: rig.is_ready, "readiness between two kills")
        rig.database.end()

    survive("database killed five times", kill_again_and_again, rig.start_database, 2)


@pytest.mark.slow
def test_the_database_is_frozen_for_half_a_minute(rig, survive):
    survive("database frozen 30 s", rig.database.freeze, rig.database.thaw, 30)


# --- Connections -----------------------------------------------------------------------------


SERVICE, OWNER = "gatereeve", "gatereeve_owner"


def sessions_of(rig, user: str) -> list[str]:
    rows = rig.sql(f"SELECT id FROM information_schema.processlist WHERE user = '{user}'")
    return [number for (number,) in rows]


def end_sessions(rig, user: str = SERVICE) -> None:
    """Ends every session of an account, as an administrator might."""
    for number in sessions_of(rig, user):
        # It may have ended by itself meanwhile.
        with contextlib.suppress(AssertionError):
            rig.sql(f"KILL CONNECTION {number}")


def take_connections(rig, count: int) -> list[subprocess.Popen]:
    """Clients of another account, each with a connection, or waiting to be let in."""
    client = ["mariadb", "--no-defaults", f"--socket={rig.run_dir}/mariadb/socket",
              f"--user={OWNER}", "-e", "SELECT SLEEP(1000)"]
    password = rig.product.credential("database.migrate_password")
    environment = {**os.environ, "MYSQL_PWD": password}
    return [
        subprocess.Popen(client, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)
    ]


def test_the_server_has_no_connections_left(rig, survive):
    """All of them are somebody else's; only the administrator has one in reserve."""
    ((before,),) = rig.sql("SELECT @@max_connections")
    # More than the service has: else the administrator would not be let in either.
    limit = 30
    others = []

    def take_all():
        rig.sql(f"SET GLOBAL max_connections = {limit}")
        while len(sessions_of(rig, OWNER)) < limit:
            end_sessions(rig)
            others.extend(take_connections(rig, limit))

    def give_back():
        rig.sql(f"SET GLOBAL max_connections = {before}")
        end_sessions(rig, OWNER)
        for other in others:
            other.wait()

    survive("no connections left", take_all, give_back, 2)


def test_sessions_that_the_server_ended_are_replaced_unnoticed(rig, load, figures):
    rig.sql("SET GLOBAL wait_timeout = 1")
    try:
        rig.restart_responder()
        rig.mailer.end(signal.SIGTERM)
        with load:
            begun = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(begun, 5), "a healthy start")
        slowest = 0.0
        for _ in range(3):
            wait_for(lambda: sessions_of(rig, SERVICE) == [], "the end of idle sessions")
            for kind in EXPECTED:
                sample = load.ask(kind)
                assert sample.is_good, sample
                slowest = max(slowest, sample.seconds)
    finally:
        rig.sql("SET GLOBAL wait_timeout = DEFAULT")
        rig.mailer.start()
    assert load.wrong == [] and load.refused == 0
    figures.add(
        "idle sessions ended by the server", requests=len(load.samples), refused=0, wrong=0,
        lost=load.lost_writes(), **{"slowest s": slowest})


# --- Rights ----------------------------------------------------------------------------------


def test_a_blacklist_that_cannot_be_read_lets_no_token_through(rig, survive):
    """Failing closed: a token that was ended is not taken, nor is any other."""

    def revoke():
        rig.sql(
            "REVOKE ALL ON gatereeve.* FROM gatereeve@localhost;" + "".join(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON gatereeve.{table} TO gatereeve@localhost;"
                for (table,) in rig.sql("SHOW TABLES") if table != "refresh_token_blacklist"))
        # A session keeps the rights on the whole database that it began with.
        end_sessions(rig)

    def grant():
        rig.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON gatereeve.* TO gatereeve@localhost")
        end_sessions(rig)

    load = survive("blacklist without rights", revoke, grant, 2)
    assert all(s.status != 200 for s in load.samples if s.kind == "ended")


def test_a_blacklist_that_is_gone_lets_no_token_through(rig, survive):
    def rename(one, other):
        rig.sql(f"RENAME TABLE {one} TO {other}")

    survive(
        "blacklist gone", lambda: rename("refresh_token_blacklist", "elsewhere"),
        lambda: rename("elsewhere", "refresh_token_blacklist"), 2)


def test_a_server_that_became_read_only_is_told_by_readiness(rig, survive):
    survive(
        "database read-only", lambda: rig.sql("SET GLOBAL read_only = 1"),
        lambda: rig.sql("SET GLOBAL read_only = 0"), 2)


# --- The way to the server ---------------------------------------------------------------------


@pytest.fixture
def far_database(rig, tmp_path):
    """Moves the database to the other end of a path over TCP; gives the path's process."""
    with contextlib.ExitStack() as stack:

        def move(*arguments, **environment):
            port_file = tmp_path / "port"
            relay = stack.enter_context(subprocess.Popen(
                [sys.executable, RELAY, "--upstream", f"{rig.run_dir}/mariadb/socket",
                 "--port-file", port_file, *arguments]))
            stack.callback(relay.kill)
            wait_for(port_file.exists, "the path to the database")
            rig.restart_responder(
                GATEREEVE_DATABASE_SOCKET="", GATEREEVE_DATABASE_HOST="127.0.0.1",
                GATEREEVE_DATABASE_PORT=port_file.read_text(),
                # As the documents say for a database that is far away: no request waits for a worker.
                **{"GATEREEVE_SERVER_WORKERS": "32"} | environment)
            return relay

        yield move
        rig.restart_responder()


def test_the_way_to_the_database_is_cut_without_a_word(survive, far_database):
    relay = far_database()
    survive("way to the database cut", lambda: relay.send_signal(signal.SIGSTOP),
            lambda: relay.send_signal(signal.SIGCONT), 4)


def test_a_crowd_at_a_way_that_is_cut_is_answered_in_time_by_the_usual_workers(
    rig, far_database, accounts, figures
):
    relay = far_database(GATEREEVE_SERVER_WORKERS="0")
    tokens = accounts.tokens(accounts.active())

    def refresh(_=0):
        begun = time.monotonic()
        status = rig.client.post("login/refresh/", {"refresh": tokens["refresh"]}).status
        return status, time.monotonic() - begun

    assert refresh()[0] == 200
    relay.send_signal(signal.SIGSTOP)
    try:
        answers = at_once(100, refresh) + at_once(100, refresh)
    finally:
        relay.send_signal(signal.SIGCONT)
    mended = time.monotonic()
    wait_for(lambda: refresh()[0] == 200, "recovery")
    recovery = time.monotonic() - mended
    slowest = max(seconds for _, seconds in answers)
    figures.add(
        "100 at once refresh, way cut, twice", requests=len(answers), refused=len(answers), wrong=0,
        **{"slowest s": slowest, "recovery s": recovery})
    assert {status for status, _ in answers} == {503}
    assert slowest < LONGEST_ANSWER * SLACK
    assert recovery < LONGEST_RECOVERY * SLACK


def test_answers_of_the_database_come_byte_by_byte(survive, far_database):
    relay = far_database()
    survive("answers of the database dribble", lambda: relay.send_signal(signal.SIGUSR1),
            lambda: relay.send_signal(signal.SIGUSR2), 4)


@pytest.fixture
def authority(rig, tmp_path):
    """Has the database encrypt; gives the file of the authority that its certificate is of."""
    ours = Authority(tmp_path / "authority")
    certificate = ours.sign("IP:127.0.0.1")
    rig.database.end(signal.SIGTERM)
    rig.start_database(f"--ssl-cert={certificate.file}", f"--ssl-key={certificate.key}")
    yield ours.file
    rig.database.end(signal.SIGTERM)
    rig.start_database()
    wait_for(lambda: rig.is_ready, "the database without encryption")


@pytest.mark.parametrize(
    ("fault", "begin", "end"),
    [("cut", signal.SIGSTOP, signal.SIGCONT), ("dribbling", signal.SIGUSR1, signal.SIGUSR2)],
    ids=["cut", "dribbling"])
def test_an_encrypted_way_to_the_database_is_cut_or_slow(
    survive, authority, far_database, fault, begin, end
):
    relay = far_database(GATEREEVE_DATABASE_CA_FILE=str(authority))
    survive(f"encrypted way to the database {fault}", lambda: relay.send_signal(begin),
            lambda: relay.send_signal(end), 4)


@pytest.mark.slow
def test_the_way_to_the_database_is_cut_for_half_a_minute(survive, far_database):
    relay = far_database()
    survive("way to the database cut 30 s", lambda: relay.send_signal(signal.SIGSTOP),
            lambda: relay.send_signal(signal.SIGCONT), 30)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["0.01", "0.3"])
def test_a_way_that_loses_packets_makes_answers_late_and_never_wrong(
    survive, far_database, loss
):
    far_database("--latency", "0.02", "--loss", loss)
    survive(f"way with 40 ms and {float(loss):.0%} loss", lambda: None, lambda: None, 20,
            is_total=False)
