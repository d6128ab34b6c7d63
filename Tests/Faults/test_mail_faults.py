"""The mail server is away, slow, refuses, hangs up; mailers are killed: every mail leaves, once."""

import signal
import time

import pytest
from mailboxes import link_of
from parts import wait_for
from slack import SLACK

# Seconds in which everything has to leave once the mail server is back.
LONGEST_RETURN = 300.0
# Seconds between two tries, at most: see Sources/AuthMail/DrainSettings.swift.
LONGEST_PAUSE = 240
# Seconds that the slow mail server takes for a mail; the silent one would be waited for longer.
DELAY = 2.0
# Accounts that ask for links, each as often as limits.reset_mails_per_account lets it have a mail.
ASKERS, RESETS_EACH = 30, 5


class MailServer:
    """The catcher of scripts/run, which can be made to fail."""

    def __init__(self, rig) -> None:
        self.rig = rig
        self.part = rig.parts["catcher"]
        self.port = (rig.run_dir / "smtp-port").read_text().strip()

    def fall_silent(self) -> None:
        """From now on it can be connected to, and never says a word."""
        self.part.freeze()

    def go_away(self) -> None:
        # Not woken up before, as `end` does: it shall not take a mail in its last moment.
        self.part.send(signal.SIGKILL)
        self.part.end()

    def come_back(self, *faults: str) -> None:
        self.part.end()
        announced = self.rig.run_dir / "smtp-port"
        announced.unlink(missing_ok=True)
        self.part.start("--port", self.port, *faults)
        wait_for(announced.exists, "the mail server")


@pytest.fixture
def server(rig):
    """A mail server and a mailer that are well, with nothing left to do."""
    server = MailServer(rig)
    server.come_back()
    rig.mailer.restart()
    rig.sql("DELETE FROM mail_outbox")
    yield server
    server.come_back()
    rig.mailer.restart()


def state_of(rig, account) -> str:
    return column(rig, account, "state")


def column(rig, account, expression: str) -> str:
    ((value,),) = rig.sql(
        f"SELECT {expression} FROM mail_outbox o JOIN users u ON u.id = o.user_id "
        f"WHERE u.username = '{account.username}'")
    return value


def wait_for_state(rig, account, state: str) -> None:
    wait_for(lambda: state_of(rig, account) == state, f"a mail is {state}")


def wait_for_failure(rig, account) -> None:
    wait_for(lambda: column(rig, account, "last_error IS NOT NULL") == "1", "a failed attempt")


def try_again_now(rig, account) -> None:
    """Lets the pause before the next attempt pass, after a look at how long it is."""
    pause = int(column(
        rig, account, "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), next_attempt_at)"))
    assert pause <= LONGEST_PAUSE
    rig.sql("UPDATE mail_outbox SET next_attempt_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND "
             "WHERE state = 'queued'")


def new_askers(accounts) -> list:
    """Active accounts that have had no mail but the one that verifies."""
    new = [accounts.inactive() for _ in range(ASKERS)]
    for account in new:
        accounts.verify(account)
    return new


def reset_mails(rig, condition: str = "TRUE") -> int:
    ((count,),) = rig.sql(
        f"SELECT COUNT(*) FROM mail_outbox WHERE kind = 'password_reset' AND {condition}")
    return int(count)


def wait_for_empty_outbox(rig, seconds: float) -> None:
    queued = "SELECT COUNT(*) FROM mail_outbox WHERE state = 'queued'"
    wait_for(lambda: rig.sql(queued) == [["0"]], "an outbox with nothing to send", seconds)


def reset_times(rig, askers) -> list[float]:
    """How long requests took that each left a mail behind, in seconds."""
    before = reset_mails(rig)
    times = []
    for account in askers * RESETS_EACH:
        begun = time.monotonic()
        answer = rig.client.post("password-reset/", {"email": account.email})
        times.append(time.monotonic() - begun)
        assert answer.status == 200
    assert reset_mails(rig) == before + len(times)
    return times


def usual_times(rig, accounts) -> list[float]:
    """The same while the mail server is well; all their mails have left."""
    times = reset_times(rig, new_askers(accounts))
    wait_for_empty_outbox(rig, LONGEST_RETURN)
    return times


def p50_and_p99(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


def in_figures(usual: list[float], meanwhile: list[float]) -> str:
    values = [1000 * seconds for seconds in p50_and_p99(usual) + p50_and_p99(meanwhile)]
    return "p50 {:.1f} and p99 {:.1f} ms, meanwhile {:.1f} and {:.1f} ms".format(*values)


def assert_that_nobody_waited(usual: list[float], meanwhile: list[float]) -> None:
    # These answers come after 25 ms, and later at whole 5.
    bound = (2 * p50_and_p99(usual)[1] + 0.05) * SLACK
    assert p50_and_p99(meanwhile)[1] < min(bound, DELAY)
    assert max(meanwhile) < min(1.0 * SLACK, DELAY)


def mails_to(rig, account) -> int:
    return len(rig.mailbox.raw(account.email))


def judge(rig, figures, name, new_accounts, returned=None, doubles=0, **more) -> None:
    """Each of them has its mail, and as many were sent twice as may be."""
    counts = [mails_to(rig, account) for account in new_accounts]
    recovery = None if returned is None else time.monotonic() - returned
    figures.add(
        name, requests=len(new_accounts), lost=counts.count(0),
        doubles=sum(counts) - len(counts), **{"recovery s": recovery}, **more)
    assert 0 not in counts
    assert sum(counts) - len(counts) == doubles


@pytest.mark.parametrize("seconds", [
    pytest.param(6, id="6 s"), pytest.param(200, id="200 s", marks=pytest.mark.slow)])
def test_a_mail_server_that_was_away_gets_every_mail_when_it_is_back(
    rig, accounts, server, figures, seconds
):
    usual = usual_times(rig, accounts)
    askers, sent = new_askers(accounts), reset_mails(rig, "state = 'sent'")
    # Whoever waits for a mail server is held up by one that is silent, not by one that is gone.
    server.fall_silent()
    begun = time.monotonic()
    new = [accounts.inactive() for _ in range(5)]
    meanwhile = reset_times(rig, askers[::2])
    server.go_away()
    meanwhile += reset_times(rig, askers[1::2])
    assert reset_mails(rig, "state = 'sent'") == sent
    wait_for_failure(rig, new[0])
    while time.monotonic() < begun + seconds:
        assert rig.is_ready
        time.sleep(0.1)
    server.come_back()
    returned = time.monotonic()
    for account in new:
        wait_for(lambda: mails_to(rig, account), "the mail", LONGEST_RETURN)
    judge(rig, figures, f"mail server away {seconds} s", new, returned,
          **{"slowest s": max(meanwhile)}, further=in_figures(usual, meanwhile))
    assert_that_nobody_waited(usual, meanwhile)
    wait_for_empty_outbox(rig, LONGEST_RETURN)
    # One for each asker: a newer link voids those before it.
    assert reset_mails(rig, "state = 'sent'") == sent + len(askers)


def test_a_slow_mail_server_delays_mails_only(rig, accounts, server, figures):
    usual, askers = usual_times(rig, accounts), new_askers(accounts)
    server.come_back("--stage", "content", "--delay", str(DELAY))
    new = [accounts.inactive() for _ in range(3)]
    meanwhile = reset_times(rig, askers)
    # The mail server had something to do all the time.
    assert reset_mails(rig, "state = 'queued'") > 0
    for account in new:
        wait_for(lambda: mails_to(rig, account), "the mail")
        wait_for_state(rig, account, "sent")
    judge(rig, figures, f"mail server slow, {DELAY:.0f} s a mail", new,
          **{"slowest s": max(meanwhile)}, further=in_figures(usual, meanwhile))
    assert_that_nobody_waited(usual, meanwhile)


def test_a_mail_that_is_refused_for_now_is_sent_later(rig, accounts, server, figures):
    server.come_back("--fail-first", "1")
    account = accounts.inactive()
    wait_for_failure(rig, account)
    assert state_of(rig, account) == "queued"
    try_again_now(rig, account)
    wait_for_state(rig, account, "sent")
    judge(rig, figures, "mail refused with 451", [account])


@pytest.mark.slow
def test_mails_that_are_refused_for_now_leave_by_themselves(rig, accounts, server, figures):
    server.come_back("--fail-first", "6")
    begun = time.monotonic()
    new = [accounts.inactive() for _ in range(3)]
    for account in new:
        wait_for(lambda: mails_to(rig, account), "the mail", LONGEST_RETURN)
    judge(rig, figures, "mails refused with 451 twice", new, begun)


def test_a_mail_that_is_refused_for_good_is_abandoned_and_told(rig, accounts, server, figures):
    server.come_back("--reject", "550")
    account = accounts.inactive()
    wait_for_state(rig, account, "abandoned")
    assert "550" in column(rig, account, "last_error")
    listed = rig.administrator.json("outbox", "list", "--state", "abandoned")
    assert [mail["recipient"] for mail in listed] == [account.email]
    assert '"message":"mail abandoned"' in rig.product.log("mailer")
    # The next one is taken.
    server.come_back()
    other = accounts.inactive()
    wait_for_state(rig, other, "sent")
    assert mails_to(rig, account) == 0
    figures.add("mail refused with 550", requests=1, lost=0, doubles=0, further="1 abandoned")


@pytest.mark.parametrize("stage", ["rcpt", "content"])
def test_a_mail_server_that_refuses_everything_for_good_gets_every_mail_when_it_is_mended(
    rig, accounts, server, figures, stage
):
    server.come_back("--reject", "554", "--stage", stage)
    new = [accounts.inactive() for _ in range(5)]
    for account in new:
        wait_for_failure(rig, account)
        assert state_of(rig, account) == "queued"
    server.come_back()
    returned = time.monotonic()
    for account in new:
        wait_for(lambda: state_of(rig, account) == "sent", "the mail", LONGEST_RETURN)
    judge(rig, figures, f"mail server refuses all with 554 at {stage.upper()}", new, returned)


def test_a_mail_that_is_refused_again_when_another_was_taken_is_abandoned(
    rig, accounts, server, figures
):
    server.go_away()
    account = accounts.inactive()
    server.come_back("--reject", "554", "--only", account.email)
    wait_for(lambda: "554" in column(rig, account, "last_error"), "a refusal")
    assert state_of(rig, account) == "queued"
    other = accounts.inactive()
    wait_for_state(rig, other, "sent")
    wait_for_state(rig, account, "abandoned")
    assert column(rig, account, "attempts") == "2"
    assert mails_to(rig, account) == 0
    figures.add("one mail refused with 554", requests=2, lost=0, doubles=0, further="1 abandoned")


def test_a_connection_that_drops_after_the_mail_costs_one_duplicate(
    rig, accounts, server, figures
):
    server.come_back("--drop-after-data", "1")
    account = accounts.inactive()
    wait_for(lambda: mails_to(rig, account) == 1, "the first copy")
    wait_for_failure(rig, account)
    # What the server takes next shows that it is well: the other one need not wait four minutes.
    next_one = accounts.inactive()
    wait_for_state(rig, next_one, "sent")
    wait_for_state(rig, account, "sent")
    assert mails_to(rig, next_one) == 1
    first, second = rig.mailbox.to(account.email)
    assert first["Message-ID"] == second["Message-ID"]
    judge(rig, figures, "mail server drops after DATA", [account], doubles=1)


@pytest.mark.slow
def test_a_mail_server_that_hangs_up_again_and_again_gets_one_duplicate(
    rig, accounts, server, figures
):
    server.come_back("--drop-after-data", "1000")
    new = [accounts.inactive() for _ in range(5)]
    sender = rig.mailbox.wait(new[0].email)["From"].addresses[0].addr_spec
    tests = len(rig.mailbox.raw(sender))
    wait_for(lambda: all(mails_to(rig, account) == 1 for account in new), "the first copies", 120)
    wait_for(lambda: len(rig.mailbox.raw(sender)) > tests, "a test", LONGEST_PAUSE + 60)
    assert [mails_to(rig, account) for account in new] == [1] * len(new)
    server.come_back()
    returned = time.monotonic()
    wait_for_empty_outbox(rig, LONGEST_RETURN)
    judge(rig, figures, "mail server drops after DATA for minutes", new, returned,
          doubles=len(new))


def test_a_mail_server_without_the_tls_that_was_asked_for_gets_nothing(
    rig, accounts, server, figures
):
    rig.mailer.restart(GATEREEVE_MAIL_SMTP_URL=f"smtps://127.0.0.1:{server.port}")
    account = accounts.inactive()
    wait_for_failure(rig, account)
    assert (state_of(rig, account), column(rig, account, "attempts")) == ("queued", "0")
    assert mails_to(rig, account) == 0
    rig.mailer.restart()
    returned = time.monotonic()
    try_again_now(rig, account)
    wait_for_state(rig, account, "sent")
    judge(rig, figures, "TLS to the mail server broken", [account], returned)


def test_a_mailer_killed_between_sending_and_marking_sends_one_duplicate(
    rig, accounts, server, figures
):
    server.come_back("--stage", "content", "--delay", "2")
    account = accounts.inactive()
    wait_for(lambda: column(rig, account, "attempts") == "1", "the beginning of the attempt")
    rig.database.freeze()
    try:
        wait_for(lambda: mails_to(rig, account) == 1, "the first copy")
        # It cannot have marked the mail.
        rig.mailer.end()
    finally:
        rig.database.thaw()
    assert state_of(rig, account) == "queued"
    # The lease of the dead one runs out.
    rig.sql("UPDATE mail_outbox SET lease_until = UTC_TIMESTAMP() WHERE state = 'queued'")
    rig.mailer.start()
    wait_for_state(rig, account, "sent")
    first, second = rig.mailbox.to(account.email)
    assert first["Message-ID"] == second["Message-ID"]
    assert link_of(first) == link_of(second)
    judge(rig, figures, "mailer killed between sending and marking", [account], doubles=1)


def test_two_mailers_send_each_mail_once(rig, accounts, server, figures):
    rig.mailer.end(signal.SIGTERM)
    new = [accounts.inactive() for _ in range(30)]
    other = rig.add_twin("mailer", "mailer-2")
    try:
        rig.mailer.start()
        other.start()
        for account in new:
            wait_for_state(rig, account, "sent")
        judge(rig, figures, "two mailers at once", new)
    finally:
        rig.remove("mailer-2")


def test_a_mail_whose_time_is_over_is_not_sent(rig, accounts, server, figures):
    server.go_away()
    late, fresh = accounts.inactive(), accounts.inactive()
    wait_for_failure(rig, late)
    rig.sql("UPDATE mail_outbox o JOIN users u ON u.id = o.user_id "
             "SET o.expires_at = UTC_TIMESTAMP() "
             f"WHERE u.username = '{late.username}'")
    server.come_back()
    returned = time.monotonic()
    for account, state in [(fresh, "sent"), (late, "expired")]:
        wait_for(lambda: state_of(rig, account) == state, state, LONGEST_RETURN)
    assert mails_to(rig, late) == 0
    judge(rig, figures, "mail server away, one mail expired", [fresh], returned)
