"""docs/custom-user-fields.md, followed as it stands: migration, declaration, restart, requests."""

import getpass
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jwt
import product as products
import pytest
from accounts import Account, Accounts
from administration import PROGRAM
from client import Client
from mailboxes import Mailbox
from pages import named
from product import ROOT, Product

PAGE = "docs/custom-user-fields.md"
STEPS = named(PAGE, "The three steps")
SEEN = named(PAGE, "What clients see")
SECRET = "the secret of the library, long enough to sign with"
CONFIG_STATUS = 78


def example(name: str):
    return json.loads(SEEN[name].text)


@dataclass
class Library:
    """A product with the fields of the page."""

    product: Product
    directory: Path
    old_account: Account

    @property
    def client(self) -> Client:
        return Client(self.product.base_url)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.client, Mailbox(self.product.mail_directory))

    def sql(self, text: str) -> list[list[str]]:
        """Rows of a query, asked as the owner of the database server."""
        socket = self.product.run_dir / "mariadb" / "socket"
        done = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={socket}", "--batch", "--skip-column-names"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def gatereeve(self, *arguments: str, database: str) -> subprocess.CompletedProcess:
        """Runs the program with the settings of the page on a database of this server."""
        return subprocess.run(
            [PROGRAM, *arguments, "--config", self.directory / "gatereeve.yaml"],
            capture_output=True,
            text=True,
            timeout=60,
            env={
                "PATH": os.environ["PATH"],
                "GATEREEVE_TOKENS_SIGNING_SECRET": SECRET,
                "GATEREEVE_PUBLIC_ORIGIN": "http://127.0.0.1",
                "GATEREEVE_SERVER_LISTEN": str(self.directory / "never.sock"),
                "GATEREEVE_DATABASE_SOCKET": str(self.product.run_dir / "mariadb" / "socket"),
                "GATEREEVE_DATABASE_NAME": database,
                "GATEREEVE_DATABASE_USER": getpass.getuser(),
                "GATEREEVE_PATHS_SHARE": str(ROOT / "share"),
                "GATEREEVE_PATHS_MIGRATIONS": str(ROOT / "migrations"),
                "GATEREEVE_PATHS_SITE_MIGRATIONS": str(self.directory / "migrations"),
            },
        )

    def write_migration(self, sql: str) -> None:
        folder = self.directory / "migrations"
        folder.mkdir(exist_ok=True)
        (folder / "0001_readers.sql").write_text(sql)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Step by step: the migration, the declaration; `make run` migrates and starts."""
    directory = tmp_path_factory.mktemp("library")
    run_dir = directory / "run"
    settings = directory / "gatereeve.yaml"
    settings.write_text(STEPS["settings"].text)
    # The first start is that of a service that has no such fields yet.
    environment = {"BUILD": "no", "RATE_LIMITS": "off", "GATEREEVE_MAIL_POLL_INTERVAL": "100"}
    before = products.start(run_dir, SECRET, **environment)
    try:
        old = Accounts(Client(before.base_url), Mailbox(before.mail_directory)).active("old")
        there = Library(before, directory, old)
        there.write_migration(STEPS["migration"].text)
        assert STEPS["migrate"].text.split() == ["gatereeve", "migrate"]
        done = there.gatereeve("migrate", database="gatereeve")
        assert (done.returncode, done.stderr) == (0, "")
        assert "0001_readers" in done.stdout
    finally:
        before.stop()
    started = products.start(
        run_dir,
        SECRET,
        CONFIG=str(settings),
        GATEREEVE_PATHS_SITE_MIGRATIONS=str(directory / "migrations"),
        **environment,
    )
    yield Library(started, directory, old)
    assert started.stop() == 0


@pytest.fixture(scope="module")
def ada(library) -> Account:
    """The account of the page, registered and verified."""
    request = example("request")
    answer = library.client.post("register/", request)
    assert (answer.status, answer.json) == (201, example("answer"))
    assert list(answer.json) == list(example("answer"))
    account = Account(request["username"], request["email"], request["password"])
    library.accounts.verify(account)
    return account


def claims(token: str) -> dict:
    return jwt.decode(token, SECRET, algorithms=["HS256"])


def test_the_values_are_real_columns(library, ada):
    assert library.sql(
        "SELECT display_name, card_number, birth_date, shelf, newsletter, tier"
        f" FROM gatereeve.users WHERE username = '{ada.username}'"
    ) == [["Ada L.", "XY-123456", "1990-12-10", "42", "1", "basic"]]


def test_the_access_token_has_the_claims_and_the_refresh_token_has_none(library, ada):
    tokens = library.accounts.tokens(ada)
    own = {"token_type", "exp", "iat", "jti", "user_id"}
    access = claims(tokens["access"])
    assert {name: access[name] for name in access if name not in own} == example("claims")
    assert set(claims(tokens["refresh"])) == own


def test_a_refresh_reads_the_claims_anew(library, ada):
    tokens = library.accounts.tokens(ada)
    for tier in ("gold", "basic"):
        library.sql(f"UPDATE gatereeve.users SET tier = '{tier}' WHERE username = '{ada.username}'")
        answer = library.client.post("login/refresh/", {"refresh": tokens["refresh"]})
        assert claims(answer.json["access"])["tier"] == tier


def test_accounts_from_before_log_in_with_null_and_default(library):
    access = claims(library.accounts.tokens(library.old_account)["access"])
    assert (access["display_name"], access["newsletter"], access["tier"]) == (None, None, "basic")


def test_faults_are_told_together_as_on_the_page(library):
    answer = library.client.post("register/", example("faulty-request"))
    assert (answer.status, answer.json) == (400, example("faults"))
    assert list(answer.json) == list(example("faults"))


def test_a_form_says_the_same_as_json(library):
    form = (
        b"username=form&email=form%40example.org&password=correct+horse+battery"
        b"&display_name=+Form+&card_number=AB-000001&birth_date=2000-02-29&shelf=007&newsletter=off"
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = library.client.send("POST", "register/", form, headers)
    assert (answer.status, answer.json) == (
        201,
        {
            "username": "form",
            "email": "form@example.org",
            "display_name": "Form",
            "card_number": "AB-000001",
            "birth_date": "2000-02-29",
            "shelf": 7,
            "newsletter": False,
        },
    )
    faulty = form.replace(b"2000-02-29", b"2001-02-29").replace(b"shelf=007", b"shelf=x")
    answer = library.client.send("POST", "register/", faulty.replace(b"form", b"other"), headers)
    assert (answer.status, answer.json) == (
        400,
        {
            "birth_date": example("faults")["birth_date"],
            "shelf": ["A valid integer is required."],
        },
    )


def test_fields_that_are_not_required_may_be_left_out_or_null(library):
    request = {
        "username": "short",
        "email": "short@example.org",
        "password": "correct horse battery",
        "display_name": "Sh",
        "shelf": None,
    }
    answer = library.client.post("register/", request)
    assert answer.status == 201
    left_out = ("card_number", "birth_date", "shelf", "newsletter")
    assert [answer.json[name] for name in left_out] == [None] * 4
    assert library.sql(
        "SELECT card_number, birth_date, shelf, newsletter FROM gatereeve.users"
        " WHERE username = 'short'"
    ) == [["NULL"] * 4]


def test_clients_cannot_set_a_field_that_is_not_theirs(library):
    request = {**example("request"), "username": "sly", "email": "sly@example.org", "tier": "gold"}
    answer = library.client.post("register/", request)
    assert answer.status == 201
    assert "tier" not in answer.json
    assert library.sql("SELECT tier FROM gatereeve.users WHERE username = 'sly'") == [["basic"]]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("display_name", None, "This field may not be null."),
        ("display_name", True, "Not a valid string."),
        ("display_name", "x" * 81, "Ensure this field has no more than 80 characters."),
        ("display_name", "a\0b", "Null characters are not allowed."),
        ("card_number", "", "This field may not be blank."),
        ("card_number", "XY-123456\nXY-123456", "Ensure this field has no more than 9 characters."),
        ("birth_date", 19901210, example("faults")["birth_date"][0]),
        ("birth_date", "2026-02-29", example("faults")["birth_date"][0]),
        ("shelf", 0, "Ensure this value is greater than or equal to 1."),
        ("shelf", 1.5, "A valid integer is required."),
        ("shelf", 10**30, "A valid integer is required."),
        ("shelf", [1], "A valid integer is required."),
        ("newsletter", 2, "Must be a valid boolean."),
        ("newsletter", {}, "Must be a valid boolean."),
    ],
)
def test_a_value_that_does_not_fit_is_refused(library, field, value, message):
    request = {**example("request"), "username": "refused", "email": "refused@example.org"}
    answer = library.client.post("register/", {**request, field: value})
    assert (answer.status, answer.json) == (400, {field: [message]})


def test_a_required_field_is_required(library):
    request = {**example("request"), "username": "none", "email": "none@example.org"}
    del request["display_name"]
    answer = library.client.post("register/", request)
    assert (answer.status, answer.json) == (400, {"display_name": ["This field is required."]})


# --- Declarations that the columns do not match ----------------------------------------------

# For each row of the page's table: what is changed in the page's migration.
CHANGES = {
    "no such column": ("ADD COLUMN display_name", "ADD COLUMN shown_name"),
    "another type": ("birth_date DATE", "birth_date VARCHAR(10)"),
    "too short": ("card_number VARCHAR(9)", "card_number VARCHAR(8)"),
    "too small": ("shelf SMALLINT", "shelf TINYINT"),
    "not null": ("newsletter BOOLEAN NULL", "newsletter BOOLEAN NOT NULL DEFAULT FALSE"),
    "unique": ("card_number VARCHAR(9) NULL", "card_number VARCHAR(9) NULL UNIQUE"),
    "not Unicode": ("VARCHAR(80) NULL", "VARCHAR(80) CHARACTER SET latin1 NULL"),
}
MESSAGES = dict(
    re.findall(r"^\| ([\w ]+) \| ``(.*)`` \|$", (ROOT / PAGE).read_text(), re.MULTILINE)
)


def test_every_message_of_the_page_is_tried():
    assert set(MESSAGES) == set(CHANGES)


@pytest.mark.parametrize("fault", CHANGES)
def test_a_declaration_that_the_columns_do_not_match_stops_the_start(library, fault):
    old, new = CHANGES[fault]
    assert old in STEPS["migration"].text
    library.sql("CREATE OR REPLACE DATABASE faulty COLLATE utf8mb4_nopad_bin")
    library.write_migration(STEPS["migration"].text.replace(old, new))
    try:
        migrated = library.gatereeve("migrate", database="faulty")
        assert migrated.returncode == 0, migrated.stderr
        served = library.gatereeve("serve", database="faulty")
    finally:
        library.write_migration(STEPS["migration"].text)
    assert served.returncode == CONFIG_STATUS
    assert f"gatereeve: {MESSAGES[fault]}\n" == served.stderr
