"""gatereeve token, outbox, audit, purge, doctor and bench-hash, beside a running product."""

import getpass
import json
import os
import re
import shutil
import subprocess
import time

import pytest
from accounts import new_name
from administration import PROGRAM, Administrator, sanitizer_options
from product import free_port

KINDS = ["ended_tokens", "links", "mails", "unverified_accounts", "attempts", "audit_events"]


@pytest.fixture(scope="module")
def admin(started_product):
    return Administrator(started_product)


# --- Tokens ----------------------------------------------------------------------------------


def test_a_good_token_is_explained_and_not_printed_back(admin, accounts, account):
    pair = accounts.tokens(account)
    for kind, token in pair.items():
        outcome = admin.run("token", "inspect", input=token + "\n")
        assert outcome.status == 0, outcome
        assert "would be taken    yes\n" in outcome.output
        assert "signed by         tokens.signing_secret\n" in outcome.output
        assert f"claim token_type  {kind}\n" in outcome.output
        assert not any(part in outcome.output for part in token.split("."))
        report = admin.run("token", "inspect", "--json", input=f"  Bearer {token}  \r\n")
        assert report.json["verdict"] == "good"
        assert report.json["claims"]["token_type"] == kind
        assert not any(part in report.output for part in token.split("."))


def test_a_refused_token_says_why(admin, accounts, client, account):
    def verdict(token, **environment):
        outcome = admin.run("token", "inspect", "--json", input=token, **environment)
        assert outcome.status == 1
        return outcome.json["verdict"]

    ended = accounts.tokens(account)
    client.post("logout/", {"refresh": ended["refresh"]})
    assert verdict(ended["refresh"]) == "blacklisted"
    old = accounts.tokens(account)
    admin.run("user", "revoke-tokens", account.username)
    assert verdict(old["refresh"]) == "session_ended"
    pair = accounts.tokens(account)
    assert verdict(pair["refresh"][:-6] + "AAAAAA") == "not_signed"
    assert verdict(pair["access"], GATEREEVE_TOKENS_ALGORITHM="HS512") == "not_signed"
    admin.run("user", "deactivate", account.username)
    assert verdict(pair["access"]) == "inactive_user"
    admin.run("user", "delete", account.username, "--yes")
    assert verdict(pair["refresh"]) == "no_such_user"


def test_the_key_of_a_rotation_is_named(admin, accounts, account):
    token = accounts.tokens(account)["access"]
    secret = admin.credential("tokens.signing_secret")
    outcome = admin.run(
        "token", "inspect", "--json", input=token,
        GATEREEVE_TOKENS_SIGNING_SECRET="a newer secret, of more than 32 bytes",
        GATEREEVE_TOKENS_VERIFYING_SECRETS=f"some other secret of 32 bytes or more,{secret}",
    )
    assert outcome.json["signed_by"] == "tokens.verifying_secrets, number 2"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "a.b.c.d.e"])
def test_what_is_no_token_is_told_by_the_exit_code(admin, text):
    outcome = admin.run("token", "inspect", input=text)
    assert outcome.status == 64
    assert outcome.output == ""


def test_a_token_at_a_terminal_is_not_shown(admin, accounts, account):
    token = accounts.tokens(account)["refresh"]
    terminal = admin.at_terminal("token", "inspect")
    terminal.wait_for("Token: ")
    terminal.type(token + "\n")
    outcome = terminal.finish()
    assert outcome.status == 0
    assert not any(part in outcome.output for part in token.split("."))


# --- Mails -----------------------------------------------------------------------------------


def test_an_abandoned_mail_is_sent_when_it_is_tried_again(admin, accounts, mailbox):
    account = accounts.inactive()
    mailbox.wait(account.email)
    number = wait_until_sent(admin, account)
    refused = admin.run("outbox", "retry", str(number))
    assert refused.status == 1
    assert "has been sent" in refused.complaint
    # The mail server had refused it, let us say.
    admin.sql(
        "UPDATE mail_outbox SET state = 'abandoned', last_error = 'no \\x1b[31m way' "
        f"WHERE id = {number}".replace("\\x1b", "\x1b")
    )
    listed = admin.run("outbox", "list", "--state", "abandoned", "--user", account.username)
    assert account.email in listed.output
    assert "no ?[31m way" in listed.output
    outcome = admin.run("outbox", "retry", str(number))
    assert outcome.status == 0
    assert outcome.output == f"Mail {number} is queued.\n"
    mailbox.wait(account.email, 2)


def wait_until_sent(admin, account) -> int:
    deadline = time.monotonic() + 20
    while True:
        (mail,) = admin.json("outbox", "list", "--user", account.username)
        if mail["state"] == "sent":
            return mail["id"]
        assert time.monotonic() < deadline, mail
        time.sleep(0.02)


def test_all_abandoned_mails_are_tried_whose_links_work(admin, accounts, mailbox):
    good, ended = accounts.inactive(), accounts.inactive()
    for account in (good, ended):
        mailbox.wait(account.email)
        number = wait_until_sent(admin, account)
        admin.sql(f"UPDATE mail_outbox SET state = 'abandoned' WHERE id = {number}")
    accounts.verify(ended)
    assert admin.json("outbox", "retry", "--all-abandoned") == {"queued": 1, "link_ended": 1}
    mailbox.wait(good.email, 2)
    admin.sql("UPDATE mail_outbox SET state = 'expired' WHERE state = 'abandoned'")
    outcome = admin.run("outbox", "retry", "--all-abandoned")
    assert outcome.status == 0
    assert outcome.output == "0 mails are queued.\n"


def test_a_mail_that_is_not_there_is_told_by_the_exit_code(admin):
    outcome = admin.run("outbox", "retry", "999999999")
    assert outcome.status == 2
    assert "There is no mail 999999999." in outcome.complaint


# --- The trail -------------------------------------------------------------------------------


def test_every_change_is_in_the_trail_under_the_name_of_a_person(admin):
    name = new_name()

    def user(command, *arguments):
        outcome = admin.run(
            "user", command, name, *arguments, input="correct horse battery", SUDO_USER="grace"
        )
        assert outcome.status == 0, outcome

    user("create", f"{name}@example.test")
    user("resend-verification")
    user("activate")
    user("set-password")
    user("revoke-tokens")
    number = admin.json("user", "show", name)["id"]
    user("deactivate")
    user("delete", "--yes")
    events = admin.json("audit", "--user", f"id:{number}")
    assert [event["event"] for event in events] == [
        "user_created", "verification_resent", "user_activated", "password_set", "sessions_ended",
        "user_deactivated", "user_deleted",
    ]
    expected = "grace" if getpass.getuser() == "root" else getpass.getuser()
    assert {event["actor"] for event in events} == {expected}
    assert {event["username"] for event in events} == {None}


def test_the_trail_shows_what_clients_did(admin, accounts, client, account):
    pair = accounts.tokens(account)
    client.post("login/", {"username": account.username, "password": "a wrong one"})
    client.post("logout/", {"refresh": pair["refresh"]})
    events = admin.json("audit", "--user", account.username, "--since", "1h")
    assert [event["event"] for event in events] == [
        "user_registered", "email_verified", "login_succeeded", "login_refused", "logged_out",
    ]
    refused = events[3]
    assert refused["reason"] == "wrong_password"
    assert refused["remote_address"] == "127.0.0.1"
    assert refused["request_id"]
    (last,) = admin.json("audit", "--user", account.username, "--limit", "1")
    assert last["event"] == "logged_out"
    (only,) = admin.json("audit", "--user", account.username, "--event", "login_refused")
    assert only == refused
    assert admin.json("audit", "--user", account.username, "--since", "2099-01-01T00:00") == []
    text = admin.run("audit", "--user", account.username).output
    assert "login_refused" in text and "a wrong one" not in text


# --- Purging ---------------------------------------------------------------------------------


def test_what_has_expired_is_removed_and_nothing_else(admin, accounts, client, account):
    pair = accounts.tokens(account)
    client.post("logout/", {"refresh": pair["refresh"]})
    assert list(admin.json("purge", "--dry-run")) == KINDS
    assert set(admin.json("purge").values()) == {0}
    admin.sql(
        "UPDATE refresh_token_blacklist SET expires_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR "
        f"WHERE user_id = {admin.json('user', 'show', account.username)['id']}"
    )
    assert admin.json("purge", "--dry-run")["ended_tokens"] == 1
    assert admin.json("purge", "--dry-run")["ended_tokens"] == 1
    outcome = admin.run("purge")
    assert outcome.output.splitlines()[0] == "removed  1  ended tokens"
    assert set(admin.json("purge").values()) == {0}
    assert accounts.login(account).status == 200


def test_accounts_that_were_never_verified_go_if_the_settings_say_so(admin, accounts):
    idle, fresh = accounts.inactive(), accounts.inactive()
    admin.sql(
        "UPDATE users SET date_joined = date_joined - INTERVAL 9 DAY "
        f"WHERE username = '{idle.username}';"
        "DELETE t FROM one_time_tokens t JOIN users u ON u.id = t.user_id "
        f"WHERE u.username = '{idle.username}'"
    )
    assert admin.json("purge")["unverified_accounts"] == 0
    days = {"GATEREEVE_PURGE_UNVERIFIED_DAYS": "7", "GATEREEVE_PURGE_BATCH_SIZE": "3"}
    assert admin.json("purge", **days)["unverified_accounts"] == 1
    assert admin.run("user", "show", idle.username).status == 2
    assert admin.run("user", "show", fresh.username).status == 0


# --- The doctor ------------------------------------------------------------------------------


def findings(admin, **environment) -> tuple[int, dict[str, list[dict]]]:
    outcome = admin.run("doctor", "--json", **environment)
    found: dict[str, list[dict]] = {}
    for one in outcome.json:
        found.setdefault(one["subject"], []).append(one)
    return outcome.status, found


def levels(found, subject) -> list[str]:
    return [one["level"] for one in found[subject]]


def messages(found) -> list[str]:
    return [one["message"] for ones in found.values() for one in ones]


def test_a_running_product_is_well(admin):
    _, found = findings(admin)
    for subject in ["settings", "secret", "origin", "files", "database", "durability",
                    "connections", "clock", "schema", "account", "socket", "responder", "mail"]:
        assert set(levels(found, subject)) == {"ok"}, found[subject]
    text = admin.run("doctor").output
    assert "ok       responder     it answers and is ready\n" in text


def test_a_database_that_forgets_commits_when_power_is_lost_is_a_warning(admin):
    admin.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    try:
        _, found = findings(admin)
    finally:
        admin.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    assert set(levels(found, "durability")) == {"warn"}


@pytest.mark.parametrize(
    "subject, level, environment",
    [
        ("database", "fail", {"GATEREEVE_DATABASE_SOCKET": "/nowhere"}),
        ("database", "fail", {"GATEREEVE_DATABASE_MIGRATE_PASSWORD": "wrong"}),
        ("responder", "fail", {"GATEREEVE_SERVER_LISTEN": "/nowhere"}),
        ("responder", "fail", {"GATEREEVE_SERVER_LISTEN": "/etc/passwd"}),
        ("mail", "fail", {"GATEREEVE_MAIL_SMTP_URL": "smtp://127.0.0.1:1"}),
        ("mail", "warn", {"GATEREEVE_MAIL_FROM": "no-reply@localhost"}),
        ("origin", "warn", {"GATEREEVE_PUBLIC_ORIGIN": "http://auth.example.org"}),
        ("limits", "warn", {"GATEREEVE_LIMITS_ENABLED": "false"}),
        ("rotation", "warn", {"GATEREEVE_TOKENS_ROTATION_GRACE_PERIOD": "60"}),
        (
            "rotation", "warn",
            {"GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS": "true",
             "GATEREEVE_TOKENS_DETECT_REUSE_AT_ONCE": "true"},
        ),
        ("files", "fail", {"GATEREEVE_PATHS_SHARE": "/nowhere"}),
        ("connections", "warn", {"GATEREEVE_SERVER_WORKERS": "200"}),
        ("account", "warn", {"GATEREEVE_DATABASE_USER": "gatereeve_owner"}),
        ("certificate", "skipped", {"GATEREEVE_PUBLIC_ORIGIN": "https://nowhere.invalid"}),
        (
            "secret", "warn",
            {"GATEREEVE_TOKENS_SIGNING_SECRET":
                "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"},
        ),
    ],
)
def test_what_is_wrong_is_found_with_its_remedy(admin, subject, level, environment):
    status, found = findings(admin, **environment)
    matching = [one for one in found[subject] if one["level"] == level]
    assert matching, found[subject]
    assert (matching[0]["remedy"] is None) == (level == "skipped")
    assert status == {"fail": 2, "warn": status, "skipped": status}[level]
    if level == "warn":
        assert status in (1, 2)


def test_a_web_server_that_hands_on_no_cookie_is_found_by_root(admin):
    """That of the system, which does not know the service."""
    _, found = findings(admin, GATEREEVE_LIMITS_DEVICE_COOKIE="true")
    told = any("limits.device_cookie" in one["message"] for one in found["nginx"])
    assert told == (os.geteuid() == 0)
    _, found = findings(admin)
    assert not any("limits.device_cookie" in one["message"] for one in found["nginx"])


def test_a_schema_that_lacks_a_migration_is_found(admin):
    admin.sql("UPDATE schema_migrations SET done_at = NULL ORDER BY number DESC LIMIT 1")
    try:
        status, found = findings(admin)
        assert (status, levels(found, "schema")) == (2, ["fail"])
    finally:
        admin.sql("UPDATE schema_migrations SET done_at = begun_at WHERE done_at IS NULL")


def test_mails_that_wait_or_failed_and_a_purge_that_does_not_run_are_found(admin, accounts, mailbox):
    account = accounts.inactive()
    mailbox.wait(account.email)
    number = wait_until_sent(admin, account)
    admin.sql(
        # More are given up within the hour than sent.
        "UPDATE mail_outbox SET finished_at = finished_at - INTERVAL 2 HOUR WHERE state = 'sent';"
        f"UPDATE mail_outbox SET state = 'abandoned', finished_at = UTC_TIMESTAMP(6) WHERE id = {number};"
        "INSERT INTO refresh_token_blacklist (token_id, reason, blacklisted_at, expires_at) "
        "VALUES (UNHEX(MD5(RAND())), 'logout', UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 2 DAY)"
    )
    _, found = findings(admin)
    assert levels(found, "outbox") == ["warn"]
    assert "1 mail was given up within an hour, more than the 0 that were sent" in messages(found)
    assert levels(found, "purge") == ["warn"]
    admin.sql(
        "UPDATE mail_outbox SET state = 'queued', next_attempt_at = UTC_TIMESTAMP() + INTERVAL "
        "1 DAY, created_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR, "
        f"expires_at = UTC_TIMESTAMP() + INTERVAL 2 DAY WHERE id = {number}"
    )
    _, found = findings(admin)
    assert levels(found, "outbox") == ["warn"]
    assert "1 mail does not leave; the oldest waits for 60 minutes" in messages(found)
    admin.sql(f"DELETE FROM mail_outbox WHERE id = {number}")
    assert admin.json("purge")["ended_tokens"] == 1
    _, found = findings(admin)
    assert (levels(found, "outbox"), levels(found, "purge")) == (["ok"], ["ok"])


@pytest.fixture
def certificate_server(tmp_path):
    """A TLS server whose certificate nobody trusts and that ends soon."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed"
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "5", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    port = free_port()
    server = subprocess.Popen(
        [openssl, "s_server", "-accept", f"127.0.0.1:{port}", "-key", key, "-cert", certificate,
         "-www"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    line = b""
    while b"ACCEPT" not in line:
        line = server.stdout.readline()
        assert line, "openssl s_server does not start"
    yield f"https://localhost:{port}"
    server.kill()
    server.wait()


def test_a_certificate_that_nobody_trusts_and_that_ends_soon_is_found(admin, certificate_server):
    status, found = findings(admin, GATEREEVE_PUBLIC_ORIGIN=certificate_server)
    assert levels(found, "certificate") == ["warn", "warn"]
    assert "self-signed" in found["certificate"][0]["message"]
    assert re.search(r"in [45] days", found["certificate"][1]["message"])
    assert status in (1, 2)


# --- Hashing and secrets ---------------------------------------------------------------------


def test_hashing_is_timed_and_advised_without_any_setting():
    program = [PROGRAM, "bench-hash", "--time", "1"]
    environment = sanitizer_options()
    done = subprocess.run(
        [*program, "--target", "1", "--json"], capture_output=True, check=True, env=environment
    )
    report = json.loads(done.stdout)
    # Nothing is that fast; less than what is recommended is not advised.
    assert report["advice"] == {
        "argon2_memory": 19456, "argon2_iterations": 2, "argon2_parallelism": 1,
    }
    text = subprocess.run(
        [*program, "--target", "100000"], capture_output=True, check=True, env=environment,
        text=True,
    ).stdout
    assert "  argon2_memory: 262144\n  argon2_iterations: 4\n" in text


def test_nothing_secret_is_printed(admin, accounts, client, account):
    pair = accounts.tokens(account)
    accounts.reset_link(account)
    number = admin.json("user", "show", account.username)["id"]
    ((password_hash,),) = admin.sql(f"SELECT password FROM users WHERE id = {number}")
    digests = [
        digest.lower() for (digest,) in
        admin.sql(f"SELECT HEX(digest) FROM one_time_tokens WHERE user_id = {number}")
    ]
    secrets = [
        password_hash, *digests, *pair.values(),
        admin.credential("tokens.signing_secret"),
        admin.credential("database.password"),
        admin.credential("database.migrate_password"),
    ]
    printed = ""
    for command in [["user", "list"], ["user", "show", account.username], ["audit"],
                    ["outbox", "list"], ["purge", "--dry-run"], ["doctor"], ["config", "check"],
                    ["token", "inspect"]]:
        for form in [[], ["--json"]]:
            if command[0] == "config" and form:
                continue
            outcome = admin.run(*command, *form, input=pair["refresh"])
            printed += outcome.output + outcome.complaint
    assert account.username in printed
    assert [secret for secret in secrets if secret in printed] == []
