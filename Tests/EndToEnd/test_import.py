"""gatereeve import: what a Django site dumped, by what the owners of its accounts can do afterwards."""

import base64
import getpass
import hashlib
import json
import os
import secrets
import subprocess
import time
import uuid
from datetime import datetime, timedelta, timezone

import forgery
import jwt
import pytest
from accounts import Account, new_name
from administration import PROGRAM, Administrator
from known_secrets import SECRETS
from pages import named

PASSWORD = "correct horse battery"
NO_ACCOUNT = {"detail": "No active account found with the given credentials"}
BLACKLISTED = {"detail": "Token is blacklisted", "code": "token_not_valid"}
NOT_TAKEN = ["last_login", "is_superuser", "first_name", "last_name", "is_staff", "groups",
             "user_permissions"]


@pytest.fixture(scope="module")
def admin(started_product):
    return Administrator(started_product)


# --- What dumpdata writes --------------------------------------------------------------------


def django_hash(password: str) -> str:
    """As PBKDF2PasswordHasher of Django writes it; with fewer iterations, so that a test is quick."""
    salt = secrets.token_hex(11)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 1_000)
    return f"pbkdf2_sha256$1000${salt}${base64.b64encode(digest).decode()}"


def number() -> int:
    """One that no other account and no other row has."""
    return 2**40 + secrets.randbelow(2**40)


def user(model: str = "auth.user", pk=None, without: str = "", **fields) -> dict:
    """The row of a user; the order of the fields is Django's."""
    name = new_name("django")
    row = {
        "password": django_hash(PASSWORD),
        "last_login": None,
        "is_superuser": False,
        "username": name,
        "first_name": "",
        "last_name": "",
        "email": f"{name}@example.test",
        "is_staff": False,
        "is_active": True,
        "date_joined": "2024-03-01T12:34:56.789Z",
        "groups": [],
        "user_permissions": [],
    } | fields
    row.pop(without, None)
    return {"model": model, "pk": number() if pk is None else pk, "fields": row}


def stamp(**distance: float) -> str:
    """A moment that lies so far from now, as DjangoJSONEncoder writes it."""
    moment = datetime.now(timezone.utc) + timedelta(**distance)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def outstanding(owner, **fields) -> dict:
    row = {
        "user": owner,
        "jti": uuid.uuid4().hex,
        "token": "eyJhbGciOiJIUzI1NiJ9." + secrets.token_urlsafe(40),
        "created_at": stamp(hours=-1),
        "expires_at": stamp(days=1),
    } | fields
    SECRETS.add(row["token"])
    return {"model": "token_blacklist.outstandingtoken", "pk": number(), "fields": row}


def blacklisted(token: dict, **fields) -> dict:
    row = {"token": token["pk"], "blacklisted_at": stamp(minutes=-5)} | fields
    return {"model": "token_blacklist.blacklistedtoken", "pk": number(), "fields": row}


def dump(*rows) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def account_of(row: dict, password: str = PASSWORD) -> Account:
    return Account(row["fields"]["username"], row["fields"]["email"], password)


def taken_over(admin, *rows, status: int = 0):
    outcome = admin.run("import", "--json", input=dump(*rows))
    assert outcome.status == status, outcome
    return outcome.json


def refused(admin, *rows) -> list[str]:
    """The faults that are told; nothing of what was sent is printed, and nothing is changed."""
    before = contents(admin)
    outcome = admin.run("import", input=dump(*rows))
    assert outcome.status == 1, outcome
    assert outcome.output == ""
    assert contents(admin) == before
    lines = outcome.complaint.splitlines()
    assert lines[-1].endswith("Nothing was changed.")
    return [line.removeprefix("gatereeve: ") for line in lines[:-1]]


def contents(admin) -> list[list[str]]:
    """How many rows there are, and the number that the next account would get."""
    return admin.sql(
        "SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM refresh_token_blacklist),"
        " (SELECT COUNT(*) FROM audit_events), (SELECT COUNT(*) FROM mail_outbox);"
        " SELECT auto_increment FROM information_schema.tables"
        " WHERE table_schema = 'gatereeve' AND table_name = 'users'"
    )


def refresh_token(row: dict, key: str) -> str:
    """A token that SimpleJWT issued to the user of a row."""
    return forgery.sign(forgery.claims(str(row["pk"]), jti=uuid.uuid4().hex), key)


def jti(token: str) -> str:
    return jwt.decode(token, options={"verify_signature": False})["jti"]


# --- Accounts --------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["auth.user", "accounts.user", "people.Member"])
def test_an_account_logs_in_with_its_django_password_and_keeps_its_number(admin, accounts, model):
    row = user(model)
    taken_over(admin, row)
    assert accounts.user_id(account_of(row)) == str(row["pk"])
    assert accounts.login(account_of(row, "another password")).json == NO_ACCOUNT


def test_the_hash_is_replaced_at_the_first_login(admin, accounts):
    row = user()
    taken_over(admin, row)
    assert admin.json("user", "show", f"id:{row['pk']}")["password"] == "pbkdf2_sha256"
    assert accounts.login(account_of(row)).status == 200
    assert admin.json("user", "show", f"id:{row['pk']}")["password"] == "argon2"
    assert accounts.login(account_of(row)).status == 200


def test_an_inactive_account_stays_closed(admin, accounts):
    row = user(is_active=False)
    taken_over(admin, row)
    assert accounts.login(account_of(row)).json == NO_ACCOUNT
    assert admin.run("user", "activate", f"id:{row['pk']}").status == 0
    assert accounts.login(account_of(row)).status == 200


def test_an_unusable_password_opens_nothing_and_can_be_reset_by_mail(admin, accounts, client):
    row = user(password="!" + secrets.token_urlsafe(30))
    taken_over(admin, row)
    for password in ["!", PASSWORD]:
        assert accounts.login(account_of(row, password)).json == NO_ACCOUNT
    uid, token = accounts.reset_link(account_of(row), mail_number=1)
    answer = client.patch(f"password-reset-confirm/{uid}/{token}/", {"password": PASSWORD})
    assert answer.status in (200, 205)
    assert accounts.user_id(account_of(row)) == str(row["pk"])


@pytest.mark.parametrize(
    "written, kept",
    [
        ("2024-03-01T12:34:56.789Z", "2024-03-01 12:34:56.789000"),
        ("2024-02-29T23:30:00.123456-01:30", "2024-03-01 01:00:00.123456"),
        ("2024-01-01T00:30:00+02:00", "2023-12-31 22:30:00.000000"),
        ("2024-03-01T12:34:56.123456789Z", "2024-03-01 12:34:56.123456"),
        ("1000-01-01T00:00:00Z", "1000-01-01 00:00:00.000000"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31 23:59:59.500000"),
    ],
)
def test_the_moment_of_registration_is_kept(admin, written, kept):
    row = user(date_joined=written)
    taken_over(admin, row)
    assert admin.sql(
        f"SELECT date_joined, email_verified_at FROM users WHERE id = {row['pk']}"
    ) == [[kept, "NULL"]]


def test_sessions_of_a_deleted_account_do_not_open_the_one_that_gets_its_number(
    admin, accounts, client
):
    former = accounts.active()
    pk, session = int(accounts.user_id(former)), accounts.tokens(former)
    assert admin.run("user", "delete", "--yes", f"id:{pk}").status == 0
    row = user(pk=pk)
    taken_over(admin, row)
    answer = client.post("login/refresh/", {"refresh": session["refresh"]})
    assert answer.status == 401, answer
    own = accounts.tokens(account_of(row))["refresh"]
    assert client.post("login/refresh/", {"refresh": own}).status == 200


def test_names_and_addresses_are_trimmed_and_compared_as_everywhere(admin, accounts):
    name = new_name("Ünïcode")
    row = user(username=f" {name} ", email=f"{name[-10:]}@EXAMPLE.test\n")
    taken_over(admin, row)
    shown = admin.json("user", "show", f"id:{row['pk']}")
    assert (shown["username"], shown["email"]) == (name, f"{name[-10:]}@example.test")
    assert accounts.login(Account(name.upper(), "")).status == 200


def test_each_account_has_an_audit_event_by_who_took_it_over_and_is_never_purged(admin):
    row = user(is_active=False, date_joined="2001-01-01T00:00:00Z")
    taken_over(admin, row)
    events = admin.json("audit", "--user", f"id:{row['pk']}")
    assert [(event["event"], event["actor"]) for event in events] == [
        ("user_created", getpass.getuser())
    ]
    counts = admin.json("purge", "--dry-run", GATEREEVE_PURGE_UNVERIFIED_DAYS="1")
    assert counts["unverified_accounts"] == 0


def test_new_accounts_get_numbers_behind_those_taken_over(admin, accounts):
    row = user(pk=int(admin.sql("SELECT MAX(id) FROM users")[0][0]) + 1000)
    taken_over(admin, row)
    assert int(accounts.user_id(accounts.active())) > row["pk"]


# --- Tokens ----------------------------------------------------------------------------------


def test_a_token_of_the_site_goes_on_and_one_that_was_ended_there_does_not(admin, client, key):
    row = user()
    good, ended = refresh_token(row, key), refresh_token(row, key)
    issued = [outstanding(row["pk"], jti=jti(token)) for token in (good, ended)]
    # In any order, and with empty lines between.
    summary = taken_over(admin, blacklisted(issued[1]), "", issued[1], row, " ", issued[0])
    assert (summary["accounts"], summary["ended_tokens"]) == (1, 1)
    assert client.post("login/refresh/", {"refresh": good}).status == 200
    answer = client.post("login/refresh/", {"refresh": ended})
    assert (answer.status, answer.json) == (401, BLACKLISTED)


def test_without_its_row_the_ended_token_would_go_on(admin, client, key):
    row = user()
    ended = refresh_token(row, key)
    taken_over(admin, row)
    assert client.post("login/refresh/", {"refresh": ended}).status == 200
    issued = outstanding(row["pk"], jti=jti(ended))
    taken_over(admin, issued, blacklisted(issued))
    assert client.post("login/refresh/", {"refresh": ended}).status == 401


def test_the_row_of_an_ended_token_says_whose_and_when(admin):
    owner, expires = number(), stamp(days=1)
    issued = outstanding(owner, expires_at=expires)
    nobodys = outstanding(None)
    summary = taken_over(
        admin, issued, nobodys, blacklisted(issued, blacklisted_at="2024-03-01T00:00:00Z"),
        blacklisted(nobodys),
    )
    assert summary["ended_tokens"] == 2
    found = {
        row[0]: row[1:] for row in admin.sql(
            "SELECT LOWER(HEX(token_id)), COALESCE(user_id, '-'), reason, blacklisted_at, expires_at"
            " FROM refresh_token_blacklist"
        )
    }
    expires = expires.replace("T", " ").replace("Z", "000")
    assert found[issued["fields"]["jti"]] == [
        str(owner), "logout", "2024-03-01 00:00:00.000000", expires
    ]
    assert found[nobodys["fields"]["jti"]][0] == "-"


def test_a_token_that_is_ended_here_already_is_no_fault(admin):
    issued = outstanding(None)
    for _ in range(2):
        assert taken_over(admin, issued, blacklisted(issued))["ended_tokens"] == 1
    rows = admin.sql(
        "SELECT COUNT(*) FROM refresh_token_blacklist"
        f" WHERE token_id = UNHEX('{issued['fields']['jti']}')"
    )
    assert rows == [["1"]]


def test_expired_tokens_are_counted_and_left_out(admin):
    old = outstanding(None, expires_at=stamp(hours=-2))
    # Some responder whose clock is behind may still take it for good.
    late = outstanding(None, expires_at=stamp(minutes=-30))
    summary = taken_over(admin, blacklisted(old), old, late, blacklisted(late))
    assert (summary["ended_tokens"], summary["expired_tokens"]) == (1, 1)
    for issued, count in [(old, "0"), (late, "1")]:
        assert admin.sql(
            "SELECT COUNT(*) FROM refresh_token_blacklist"
            f" WHERE token_id = UNHEX('{issued['fields']['jti']}')"
        ) == [[count]]


# --- Faults ----------------------------------------------------------------------------------

REQUIRED = "This field is required."
NUMBER = "Must be a whole number from 1 on."
MOMENT = "Must be a time with its zone"
HASH = "This is no hash that can be read here."


@pytest.mark.parametrize(
    "row, fault",
    [
        (user(pk=0), f"pk: {NUMBER}"),
        (user(pk=-1), f"pk: {NUMBER}"),
        (user(pk=1.5), f"pk: {NUMBER}"),
        (user(pk=2**63), f"pk: {NUMBER}"),
        (user(pk=str(uuid.uuid4())), f"pk: {NUMBER}"),
        ({**user(), "pk": None}, f"pk: {NUMBER}"),
        (user(username="a b"), "username: Enter a valid username."),
        (user(username=""), "username: Enter a valid username."),
        (user(username=7), "username: Not a valid string."),
        (user(username=None), "username: This field may not be null."),
        (user(username="x" * 151), "username: Ensure this field has no more than 150 characters."),
        (user(email=""), "email: Enter a valid email address."),
        (user(email="ada"), "email: Enter a valid email address."),
        (user(without="email"), f"email: {REQUIRED}"),
        (user(password=""), f"password: {HASH}"),
        (user(password="plain text that somebody stored"), f"password: {HASH}"),
        (user(password="pbkdf2_sha256$1000$salt$c2hvcnQ="), f"password: {HASH}"),
        (user(password="!" + "x" * 255), f"password: {HASH}"),
        (user(password="!ü"), f"password: {HASH}"),
        (user(password=["x"]), "password: Not a valid string."),
        (user(without="is_active"), f"is_active: {REQUIRED}"),
        (user(is_active=1), "is_active: Must be a valid boolean."),
        (user(is_active="true"), "is_active: Must be a valid boolean."),
        (user(without="date_joined"), f"date_joined: {REQUIRED}"),
        *(
            (user(date_joined=text), f"date_joined: {MOMENT}")
            for text in [
                "2024-03-01T12:34:56.789", "2024-03-01", "2024-02-30T00:00:00Z", "yesterday",
                "2024-13-01T00:00:00Z", "2024-03-01T24:00:00Z", "2024-03-01T00:60:00Z",
                "2024-03-01T00:00:60Z", "2024-03-01 00:00:00Z", "2024-03-01T00:00:00z",
                "2024-03-01T00:00:00.Z", "2024-03-01T00:00:00.1234567890Z", "0999-12-31T23:59:59Z",
                "2024-03-01T00:00:00+24:00", "2024-03-01T00:00:00+0200", "2024-03-01T00:00:00ZZ",
                "9999-12-31T23:59:59-00:01", "+2024-03-01T00:00:00Z", "",
            ]
        ),
        (user(date_joined=1709296496), "date_joined: Not a valid string."),
        (outstanding("ada"), f"user: {NUMBER}"),
        (outstanding(None, jti=7), "jti: Not a valid string."),
        (outstanding(None, expires_at="tomorrow"), f"expires_at: {MOMENT}"),
        (blacklisted({"pk": 7}), "token: There is no outstanding token of this number"),
        (blacklisted({"pk": "x"}), f"token: {NUMBER}"),
        (blacklisted({"pk": 7}, blacklisted_at=None), "blacklisted_at: This field may not be null."),
        ({"model": "auth.group", "pk": 1, "fields": {"name": "x"}}, "model: This is neither"),
        ({"model": "auth.user", "pk": 1}, "This is not one object of a model."),
        ([user()], "This is not one object of a model. Dump with --format jsonl."),
        ("null", "This is not one object of a model."),
        (json.dumps(user())[:-9], "This is no JSON from column"),
        ('{"model": "a", "model": "b"}', "This is no JSON from column"),
        ('{"model": "' + "x" * 2**20 + '"}', "It is longer than 1048576 bytes."),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "row",
)
def test_a_fault_names_its_line_and_changes_nothing(admin, row, fault):
    faults = refused(admin, user(), row, user())
    assert len(faults) == 1
    assert faults[0].startswith(f"line 2: {fault}")


def test_all_faults_are_told_together_in_the_order_of_the_lines(admin, account):
    faults = refused(
        admin, blacklisted({"pk": 1}), user(username="", email="x", is_active=None), user(),
        "nothing", user(username=account.username),
    )
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["line 1", "token"], ["line 2", "username"], ["line 2", "email"], ["line 2", "is_active"],
        ["line 4", "This is no JSON from column 1 on. Was the dump cut off?"],
        ["line 5", "username"],
    ]


def test_of_many_faults_fifty_are_told(admin):
    faults = refused(admin, *(user(is_active=None) for _ in range(53)))
    assert len(faults) == 51
    assert faults[49].startswith("line 50: ")
    assert faults[50] == "and 3 more"


@pytest.mark.parametrize("field", ["pk", "username", "email"])
def test_two_lines_with_the_same_are_both_named(admin, field):
    one, other = user(username="Straße" + new_name()), user()
    if field == "pk":
        other["pk"] = one["pk"]
    else:
        other["fields"][field] = one["fields"][field].upper()
        one["fields"]["email"] = one["fields"]["email"].lower()
    faults = refused(admin, one, user(), other)
    assert len(faults) == 1
    assert faults[0].startswith(f"line 3: {field}: Line 1 has the same ")
    assert "eave " in faults[0]


def test_a_line_with_another_fault_is_compared_with_the_others_all_the_same(admin):
    one, other = user(is_active=None), user()
    other["fields"]["email"] = one["fields"]["email"]
    assert [fault.split(": ")[1] for fault in refused(admin, one, other)] == ["is_active", "email"]


def test_a_token_that_stands_twice_in_the_dump_is_a_fault(admin):
    issued = outstanding(None)
    faults = refused(admin, issued, {**outstanding(None), "pk": issued["pk"]})
    assert faults[0].startswith("line 2: pk: Another line has the same token.")


@pytest.mark.parametrize("field", ["pk", "username", "email"])
def test_what_is_here_already_is_refused_with_the_number_of_its_user(
    admin, accounts, account, field
):
    here = accounts.user_id(account)
    # Behind the first question of a hundred accounts.
    rows = [user(password="!") for _ in range(150)]
    if field == "pk":
        rows[120]["pk"] = int(here)
    else:
        rows[120]["fields"][field] = getattr(account, field).upper()
    faults = refused(admin, *rows)
    assert len(faults) == 1
    assert faults[0].startswith(f"line 121: {field}: User {here} of this service already has this ")


def test_the_same_dump_a_second_time_is_refused(admin):
    row = user()
    taken_over(admin, row)
    assert [fault.split(": ")[1] for fault in refused(admin, row)] == ["pk", "username", "email"]


def test_who_registers_between_the_look_and_the_writing_has_the_line_named(admin):
    """Another transaction holds the name: the look does not see it, and the insert waits for it."""
    rows = [user(), user()]
    fields = rows[1]["fields"]
    other = subprocess.Popen(
        ["mariadb", "--no-defaults", f"--socket={admin.run_dir}/mariadb/socket", "--unbuffered",
         "--skip-column-names", "gatereeve"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    other.stdin.write(
        "BEGIN; INSERT INTO users (username, username_key, email, email_key, password, date_joined)"
        f" VALUES ('x', '{fields['username']}', 'x', '{new_name()}@x', '!', NOW());"
        " SELECT 'held';\n"
    )
    other.stdin.flush()
    assert other.stdout.readline() == "held\n"
    command = subprocess.Popen(
        [PROGRAM, "import"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=admin.environment,
    )
    command.stdin.write(dump(*rows))
    command.stdin.close()
    waiting = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    deadline = time.monotonic() + 20
    while admin.sql(waiting) == [["0"]]:
        assert time.monotonic() < deadline and command.poll() is None
        # The server looks anew only when it was not asked for a tenth of a second.
        time.sleep(0.2)
    other.stdin.write("COMMIT;\n")
    other.stdin.close()
    assert other.wait(20) == 0
    assert command.wait(20) == 1
    assert "line 2: Another user has the same value of the unique key users_username_key" in (
        command.stderr.read()
    )
    assert command.stdout.read() == ""
    assert admin.run("user", "show", f"id:{rows[0]['pk']}").status == 2


def test_no_secret_of_the_dump_is_printed(admin):
    token = outstanding("ada", expires_at="never")
    hidden = [
        user(email="x"), user(password="md5$" + secrets.token_hex(20)), token,
        json.dumps(user())[:-1],
    ]
    texts = [row["fields"].get("password") or row["fields"]["token"] for row in hidden[:3]]
    outcome = admin.run("import", input=dump(*hidden))
    assert outcome.status == 1
    for text in [*texts, "pbkdf2", "md5$", "eyJ"]:
        assert text not in outcome.complaint + outcome.output


# --- Rehearsal, summary, command line --------------------------------------------------------


def test_a_rehearsal_says_what_would_be_done_and_changes_nothing(admin, accounts):
    row, issued, old = user(), outstanding(None), outstanding(None, expires_at=stamp(days=-1))
    rows = dump(row, issued, old, blacklisted(issued), blacklisted(old))
    before = contents(admin)
    outcome = admin.run("import", "--dry-run", "--json", input=rows)
    assert outcome.status == 0, outcome
    assert outcome.json == {
        "accounts": 1, "ended_tokens": 1, "expired_tokens": 1, "not_taken": NOT_TAKEN,
        "dry_run": True,
    }
    assert "would be taken over." in admin.run("import", "--dry-run", input=rows).output
    assert contents(admin) == before
    assert accounts.login(account_of(row)).json == NO_ACCOUNT


def test_a_rehearsal_finds_what_is_here_already(admin, account):
    row = user(username=account.username)
    outcome = admin.run("import", "--dry-run", input=dump(row))
    assert outcome.status == 1
    assert "line 1: username: User " in outcome.complaint


def test_people_get_a_sentence_and_the_names_of_what_was_not_taken(admin):
    issued, old = outstanding(None), outstanding(None, expires_at=stamp(days=-1))
    outcome = admin.run(
        "import",
        input=dump(
            user(), user(phone="1"), issued, old, blacklisted(issued), blacklisted(old)
        ),
    )
    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.output == (
        "2 accounts and 1 ended token were taken over. 1 ended token had expired and is not needed."
        f" Not taken: {', '.join([*NOT_TAKEN, 'phone'])}.\n"
    )


def test_a_name_of_the_dump_cannot_move_the_cursor(admin):
    outcome = admin.run("import", "--dry-run", input=dump(user(**{"\x1b[2J": 1})))
    assert outcome.output.endswith(", ?[2J.\n")


@pytest.mark.parametrize("input", ["", "\n \n"])
def test_an_empty_dump_is_a_failure(admin, input):
    outcome = admin.run("import", input=input)
    assert outcome.status == 1
    assert "Standard input was empty" in outcome.complaint


def test_standard_input_that_cannot_be_read_is_a_failure(admin, tmp_path):
    directory = os.open(tmp_path, os.O_RDONLY)
    done = subprocess.run(
        [PROGRAM, "import"], stdin=directory, capture_output=True, text=True, env=admin.environment
    )
    os.close(directory)
    assert done.returncode == 1
    assert "Standard input cannot be read: Is a directory." in done.stderr


def test_a_bare_terminal_is_told_what_to_pipe_in(admin):
    outcome = admin.at_terminal("import").finish()
    assert outcome.status == 64
    assert "dumpdata auth.user token_blacklist --format jsonl" in outcome.output


# --- Fields of a site's own ------------------------------------------------------------------

STEPS = named("docs/custom-user-fields.md", "The three steps")
OWN = {
    "display_name": "Ada L.", "card_number": "XY-123456", "birth_date": "1990-12-10", "shelf": 42,
    "newsletter": True, "tier": "gold",
}


class Library:
    """A database of its own, with the fields of the page; no service uses it."""

    def __init__(self, admin: Administrator, directory) -> None:
        self.admin = admin
        self.database = new_name("library")
        (directory / "migrations").mkdir()
        (directory / "migrations" / "0001_readers.sql").write_text(STEPS["migration"].text)
        (directory / "gatereeve.yaml").write_text(STEPS["settings"].text)
        self.environment = {
            "GATEREEVE_CONFIG": str(directory / "gatereeve.yaml"),
            "GATEREEVE_DATABASE_NAME": self.database,
            "GATEREEVE_DATABASE_MIGRATE_USER": getpass.getuser(),
            "GATEREEVE_PATHS_SITE_MIGRATIONS": str(directory / "migrations"),
        }
        admin.sql(
            f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
        )
        migrated = admin.run("migrate", **self.environment)
        assert migrated.status == 0, migrated

    def take_over(self, *rows):
        return self.admin.run("import", "--json", input=dump(*rows), **self.environment)

    def values(self, row: dict) -> list[str]:
        return self.admin.sql(
            f"SELECT {', '.join(OWN)} FROM {self.database}.users WHERE id = {row['pk']}"
        )[0]


@pytest.fixture(scope="module")
def library(admin, tmp_path_factory):
    made = Library(admin, tmp_path_factory.mktemp("library"))
    yield made
    admin.sql(f"DROP DATABASE {made.database}")


def test_declared_fields_are_taken_over_under_their_names(library):
    full, sparse = user(**OWN), user(display_name="Sp", card_number="", shelf=None)
    outcome = library.take_over(full, sparse)
    assert outcome.status == 0, outcome
    assert outcome.json["not_taken"] == NOT_TAKEN
    assert library.values(full) == ["Ada L.", "XY-123456", "1990-12-10", "42", "1", "gold"]
    # What nothing was said about has the default of the schema.
    assert library.values(sparse) == ["Sp", "NULL", "NULL", "NULL", "NULL", "basic"]


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("display_name", None, "This field may not be null."),
        ("display_name", "", "This field may not be blank."),
        ("display_name", "x" * 81, "Ensure this field has no more than 80 characters."),
        ("card_number", "7", "Enter a valid value."),
        ("birth_date", "1990-02-29", "Date has wrong format."),
        ("shelf", 401, "Ensure this value is less than or equal to 400."),
        ("newsletter", "perhaps", "Must be a valid boolean."),
    ],
)
def test_a_declared_field_is_judged_as_at_registration(library, field, value, sentence):
    outcome = library.take_over(user(**OWN), user(**{**OWN, field: value}))
    assert outcome.status == 1
    assert f"line 2: {field}: {sentence}" in outcome.complaint


def test_a_required_field_must_be_there(library):
    outcome = library.take_over(user())
    assert outcome.status == 1
    assert f"line 1: display_name: {REQUIRED}" in outcome.complaint
