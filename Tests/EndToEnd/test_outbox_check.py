"""gatereeve outbox check, which gatereeve-outbox-watch.timer runs."""

import os
import subprocess

import pytest
from administration import PROGRAM, Administrator


@pytest.fixture(scope="module")
def admin(started_product):
    return Administrator(started_product)


@pytest.fixture
def waiting_mail(admin, accounts, mailbox):
    """A mail that waits for an hour and that no mail server has looked at."""
    account = accounts.inactive()
    mailbox.wait(account.email)
    user = admin.json("user", "show", account.username)["id"]
    admin.sql(
        "UPDATE mail_outbox SET state = 'queued', finished_at = NULL, attempts = 0, "
        "created_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR, next_attempt_at = UTC_TIMESTAMP() + "
        "INTERVAL 1 DAY, last_error = 'mail server: 451 later', lease_owner = NULL, "
        f"lease_until = NULL WHERE user_id = {user}"
    )
    yield
    admin.sql(f"DELETE FROM mail_outbox WHERE user_id = {user}")


def test_all_is_well_while_mails_leave(admin, accounts, mailbox):
    mailbox.wait(accounts.inactive().email)
    outcome = admin.run("outbox", "check")
    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.output.startswith("Mails leave.")
    report = admin.json("outbox", "check")
    assert report["well"] is True
    assert report["sent_within_hour"] > 0


def test_a_mail_that_does_not_leave_is_told_with_what_to_do(admin, client, waiting_mail):
    outcome = admin.run("outbox", "check")
    assert outcome.status == 2
    assert outcome.output == ""
    assert "1 mail does not leave; the oldest waits for 60 minutes." in outcome.complaint
    assert "The last error: mail server: 451 later." in outcome.complaint
    assert "gatereeve-mailer.service" in outcome.complaint
    report = admin.run("outbox", "check", "--json")
    assert (report.status, report.json["well"], report.json["overdue"]) == (2, False, 1)
    assert admin.run("outbox", "check", "--patience", "7200").status == 0
    page = client.get("/metrics").text
    assert "\ngatereeve_outbox_overdue_mails 1.0\n" in page


def test_more_refused_mails_than_sent_ones_are_told(admin, accounts, mailbox):
    account = accounts.inactive()
    mailbox.wait(account.email)
    # Nothing else was sent within the hour, let us say.
    admin.sql(
        "UPDATE mail_outbox SET finished_at = finished_at - INTERVAL 2 HOUR "
        "WHERE finished_at IS NOT NULL"
    )
    user = admin.json("user", "show", account.username)["id"]
    admin.sql(
        "UPDATE mail_outbox SET state = 'abandoned', finished_at = UTC_TIMESTAMP() "
        f"WHERE user_id = {user}"
    )
    outcome = admin.run("outbox", "check")
    assert outcome.status == 2
    assert "1 mail was given up within an hour, more than the 0 that were sent." in outcome.complaint
    admin.sql(f"DELETE FROM mail_outbox WHERE user_id = {user}")
    assert admin.run("outbox", "check").status == 0


def test_the_journal_gets_it_as_an_error(admin, waiting_mail):
    reader, writer = os.pipe()
    status = os.fstat(writer)
    done = subprocess.run(
        [PROGRAM, "outbox", "check"], stdout=subprocess.DEVNULL, stderr=writer,
        env={**admin.environment, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"},
    )
    os.close(writer)
    with open(reader, encoding="utf-8") as stream:
        assert stream.read().startswith("<3>gatereeve: 1 mail does not leave")
    assert done.returncode == 2


@pytest.mark.parametrize("patience", ["0", "-5", "604801", "soon"])
def test_a_wrong_command_line_is_told(admin, patience):
    assert admin.run("outbox", "check", f"--patience={patience}").status == 64


def test_a_database_that_refuses_is_told_apart(admin):
    outcome = admin.run("outbox", "check", GATEREEVE_DATABASE_NAME="nowhere")
    assert outcome.status == 1
