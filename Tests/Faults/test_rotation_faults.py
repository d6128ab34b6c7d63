"""Refresh tokens that are good once, while everything is killed: nobody has to log in again."""

import secrets

import pytest
from parts import Rig
from sessions import Sessions, judge

SESSIONS = 8


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    """A product that rotates, with a grace period far longer than the tests take."""
    started = Rig(
        tmp_path_factory.mktemp("rotation") / "run", secrets.token_hex(32),
        GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS="true",
        GATEREEVE_TOKENS_ROTATION_GRACE_PERIOD="3600")
    yield started
    started.stop()


@pytest.fixture
def sessions(rig, accounts):
    account = accounts.active()
    return Sessions(rig, [accounts.tokens(account)["refresh"] for _ in range(SESSIONS)])


def test_nobody_is_logged_out_while_the_database_is_killed_and_frozen(rig, sessions, figures):
    with sessions:
        for _ in range(3):
            sessions.wait_for_rounds()
            rig.database.end()
            sessions.wait_for_failure()
            rig.start_database()
            sessions.wait_for_rounds()
            rig.database.freeze()
            sessions.wait_for_failure()
            rig.database.thaw()
        sessions.wait_for_rounds()
    judge("refreshes, database killed and frozen 3 times", rig, sessions, figures)


def test_nobody_is_logged_out_while_responders_are_killed(rig, sessions, figures, pair):
    *instances, listener = pair
    kills = painful = 0
    with sessions:
        # A kill may find an idle instance and fail nobody.
        while painful < 5 and not sessions.ends:
            assert kills < 100, "no kill meets a request"
            sessions.wait_for_rounds()
            failed = sessions.failed
            instances[kills % 2].end()
            instances[kills % 2].start(stdin=listener)
            sessions.wait_for_rounds()
            kills += 1
            painful += sessions.failed > failed
    judge(f"refreshes, a responder killed {kills} times", rig, sessions, figures)
