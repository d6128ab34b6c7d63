"""No secret is written down anywhere but in the mail that carries it.

These tests come last: they look for every password, token and key that the suite has sent or was given.
"""

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from accounts import new_name
from administration import PROGRAM, Administrator, settings_of
from client import Client
from forgery import claims, sign
from known_secrets import SECRETS
from product import ROOT, RUN_DIRECTORIES
from responders import Responder
from secret_search import (
    CREDENTIALS,
    FURTHER_DIRECTORIES,
    dump_database,
    family,
    files_below,
    found_in_files,
    gather_credentials,
    gather_mails,
    open_to_see,
    search,
    written,
)


@pytest.fixture(scope="module")
def known(accounts, client, started_product):
    """Everything secret of an account that does all there is to do, mistakes included, and of all others."""
    password, new_password, typo = (new_name("Passw0rd-") for _ in range(3))
    account = accounts.active(password=password)
    verification = accounts.verification_token(account)
    client.get(f"verify-email/?token={verification}")
    client.get(f"verify-email/?token={verification}", {"Accept": "text/html"})
    client.get(f"verify-email?x=1&token={verification}x")
    client.post("login/", {"username": account.username, "password": typo})
    client.post("login/", {"username": new_name("Passw0rd-"), "password": typo})
    pair = accounts.tokens(account)
    access = client.post("login/refresh/", {"refresh": pair["refresh"]}).json["access"]
    client.post("register/", {}, {"Authorization": f"Bearer {access}"})
    client.get(f"nothing/?refresh={pair['refresh']}")
    uid, reset = accounts.reset_link(account)
    client.get(f"password-reset-confirm/{uid}/{reset}/")
    client.get(f"password-reset-confirm/{uid}/{reset}/", {"Accept": "text/html"})
    client.send("PATCH", f"password-reset-confirm/{uid}/{reset}", b"x" * 70000)
    client.send("PATCH", f"password%2Dreset-confirm/{uid}/{reset}", b"x")
    client.patch(f"password-reset-confirm/{uid}/{reset}/", {"password": new_password})
    client.post("logout/", {"refresh": pair["refresh"]})
    wait_for_the_log(started_product)
    gather_credentials(started_product)
    gather_mails(run_directories())
    of_this_life = {password, new_password, typo, verification, reset, access, *pair.values()}
    assert of_this_life <= set(SECRETS)
    return SECRETS


def wait_for_the_log(product) -> None:
    """Until the responder has written the lines of all requests up to now; each worker gathers its own.

    With the line of one request those of others may still be missing, with that of a later one hardly any is.
    """
    # A method that nothing else sends.
    mark = '"method":"REPORT"'
    for _ in range(2):
        before = product.log("responder").count(mark)
        Client(product.base_url).send("REPORT", "nothing/", b"")
        deadline = time.monotonic() + 20
        while product.log("responder").count(mark) <= before:
            assert time.monotonic() < deadline, "the log does not tell of a request"
            time.sleep(0.02)


def run_directories():
    """Of every product that was started, once each; some were started again and again."""
    return list(dict.fromkeys(RUN_DIRECTORIES))


def all_written():
    """The files of all products and of all further instances."""
    return [file for directory in [*run_directories(), *FURTHER_DIRECTORIES]
            for file in written(directory)]


def test_no_log_and_no_file_of_the_database_holds_a_secret(started_product, known):
    files = all_written()
    names = {str(file.relative_to(started_product.run_dir)) for file in files
             if file.is_relative_to(started_product.run_dir)}
    # Redo log and tables keep rows for a while after they were deleted.
    assert names >= {
        "logs/access.log", "logs/responder.log", "logs/mailer.log", "logs/nginx.log",
        "mariadb/data/ib_logfile0", "mariadb/data/gatereeve/users.ibd",
    }
    assert all(any(file.is_relative_to(one) for file in files) for one in FURTHER_DIRECTORIES)
    assert search("logs and files of databases", known, files) == []


def test_what_the_script_prints_holds_no_secret_but_its_example(known):
    outputs = [directory.with_name(f"{directory.name}.output") for directory in run_directories()]
    assert "correct horse battery" in outputs[0].read_text()
    assert search("what scripts/run prints", set(known) - {"correct horse battery"}, outputs) == []


def test_the_access_log_tells_of_requests_all_the_same(started_product, client):
    client.get("password-reset-confirm/MQ/x/")
    log = (started_product.run_dir / "logs" / "access.log").read_text()
    assert '"path":"/api/auth/login/"' in log
    assert '"path":"/api/auth/password-reset-confirm/(cut)"' in log


def test_the_database_holds_no_secret(started_product, known, tmp_path):
    dump = tmp_path / "dump.sql"
    dump_database(started_product.run_dir / "mariadb" / "socket", dump)
    assert search("dump of the database", known, [dump]) == []


def test_no_command_line_and_no_environment_holds_a_secret(started_product, known):
    pids = family(started_product.process.pid)
    names = ("nginx", "mariadbd", "responder", "mailer", "catcher")
    assert pids > {started_product.pid(name) for name in names}
    assert search("command lines and environments", known, open_to_see(pids)) == []


def test_no_page_for_operators_holds_a_secret(client, known, tmp_path):
    pages = tmp_path / "pages"
    pages.write_bytes(
        b"".join(client.get(path).content for path in ("/metrics", "/health/live", "/health/ready"))
    )
    assert b"gatereeve" in pages.read_bytes()
    assert search("pages for operators", known, [pages]) == []


@pytest.mark.parametrize("name", ["responder", "mailer"])
def test_a_crash_leaves_no_core(started_product, name):
    limits = open(f"/proc/{started_product.pid(name)}/limits").read()
    (line,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize("key", CREDENTIALS)
def test_kept_secrets_are_for_their_owner_only(started_product, key):
    path = started_product.run_dir / "credentials" / key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def strict_mail_server(tmp_path):
    """The port of a mail server that takes no login of ours; it ends with the test."""
    announced = tmp_path / "port"
    sink = subprocess.Popen(
        [ROOT / "Tests/Support/smtp-sink", "--directory", tmp_path / "mails", "--port-file",
         announced, "--auth", "gatereeve:another-password"], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not announced.exists():
            assert sink.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        yield announced.read_text().strip()
    finally:
        sink.kill()
        sink.wait()


@contextlib.contextmanager
def standing_still(pid: int):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_fullest_logs_hold_no_further_secret_of_tokens_and_no_password_for_the_mail_server(
    started_product, accounts, tmp_path, strict_mail_server
):
    former, next_one, password = (new_name("Secr3t-") * 3 for _ in range(3))
    for secret in (former, next_one, password):
        SECRETS.add(secret)
    all_there_is = {"GATEREEVE_LOG_LEVEL": "debug"}
    keys = {"GATEREEVE_TOKENS_VERIFYING_SECRETS": f"{former},{next_one}"}
    responder = Responder.start(started_product, tmp_path, **all_there_is, **keys)
    try:
        user = accounts.user_id(accounts.active())
        good = responder.post("login/refresh/", {"refresh": sign(claims(user), former)})
        bad = responder.post("login/refresh/", {"refresh": sign(claims(user, exp=1), next_one)})
        assert (good.status, bad.status) == (200, 401)
    finally:
        responder.stop()

    log = tmp_path / "mailer.log"
    with standing_still(started_product.pid("mailer")), open(log, "wb") as output:
        accounts.inactive()
        mailer = subprocess.Popen(
            [PROGRAM, "mailer"], stderr=output, env=settings_of(started_product) | all_there_is | {
                "GATEREEVE_MAIL_SMTP_URL": f"smtp://127.0.0.1:{strict_mail_server}",
                "GATEREEVE_MAIL_SMTP_USER": "gatereeve",
                "GATEREEVE_MAIL_SMTP_PASSWORD": password})
        try:
            deadline = time.monotonic() + 60
            while "mail server unwell" not in (told := log.read_text()):
                assert mailer.poll() is None and time.monotonic() < deadline, told
                time.sleep(0.05)
            # It has used the password, in vain.
            assert "535" in told
        finally:
            mailer.kill()
            mailer.wait()
    logs = [log, Path(f"{responder.socket}.log")]
    assert search("the most talkative logs", SECRETS, logs) == []


PLANTED = "eyJh.eyJ0.a planted secret/äöü+that-nobody_has"


@pytest.mark.parametrize(
    "spelt",
    [
        PLANTED.encode(),
        PLANTED.encode().hex().encode(),
        PLANTED.encode().hex().upper().encode(),
        quote(PLANTED).replace("/", "%2F").encode(),
        base64.b64encode(PLANTED.encode()),
        base64.urlsafe_b64encode(b"x" + PLANTED.encode()),
        base64.b64encode(b"xx" + PLANTED.encode() + b"x"),
        "".join(rf"\u{ord(unit):04x}" for unit in PLANTED).encode(),
    ],
)
def test_a_secret_in_a_file_is_found_however_it_is_spelt(tmp_path, spelt):
    file = tmp_path / "log"
    file.write_bytes(b"\0\xff{" + spelt + b"}\n")
    assert len(found_in_files([PLANTED, "another secret"], files_below(tmp_path))) == 1
    assert found_in_files(["a secret of somebody else"], files_below(tmp_path)) == []


def test_a_secret_in_a_deleted_row_is_found(started_product):
    admin = Administrator(started_product)
    planted = new_name("planted-") * 3
    admin.sql(f"CREATE TABLE planted (word TEXT); INSERT INTO planted VALUES ('{planted}')")
    admin.sql("DELETE FROM planted; DROP TABLE planted")
    assert found_in_files([planted], written(started_product.run_dir))


def test_a_secret_in_the_log_of_a_further_responder_is_found(started_product, tmp_path):
    planted = new_name("planted-") * 3
    responder = Responder.start(started_product, tmp_path)
    responder.stop()
    log = Path(f"{responder.socket}.log")
    assert "ready" in log.read_text()
    with open(log, "a", encoding="utf-8") as file:
        file.write(planted)
    assert found_in_files([planted], all_written()) == [f"{log}:{planted[-24:]}"]


def test_what_a_further_responder_is_sent_and_gives_is_known(started_product, accounts, tmp_path):
    typo, bearer, link = (new_name("Passw0rd-") for _ in range(3))
    account = accounts.active()
    responder = Responder.start(started_product, tmp_path)
    login = {"username": account.username}
    given = responder.post("login/", login | {"password": account.password}).json
    responder.post("login/", login | {"password": typo}, HTTP_AUTHORIZATION=f"Bearer {bearer}")
    responder.get(f"/api/auth/verify-email/?token={link}")
    responder.stop()
    assert {*given.values(), typo, bearer, link} <= set(SECRETS)


@pytest.mark.parametrize("place", ["arguments", "environment"])
def test_a_secret_of_a_process_is_found(place):
    planted = new_name("planted-") * 3
    process = subprocess.Popen(
        ["sleep", "60"] if place == "environment" else [sys.executable, "-c", "input()", planted],
        stdin=subprocess.PIPE,
        env={**os.environ, **({"PLANTED": planted} if place == "environment" else {})},
    )
    try:
        assert found_in_files([planted], open_to_see(family(os.getpid())))
    finally:
        process.kill()
        process.wait()
