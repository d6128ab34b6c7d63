"""The way to a database on another machine: encrypted, and to nobody but the right server."""

import secrets
import subprocess
from pathlib import Path

import pytest
from administration import PROGRAM, Outcome, sanitizer_options
from certificates import Authority
from false_database import FalseDatabase
from product import ROOT
from tcp_database import HOST, PASSWORD, PATIENCE, TCPDatabase

REFUSAL = "No connection to the database: MariaDB error 2026, no trusted encryption."


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("database-encryption")


@pytest.fixture(scope="module")
def ours(directory):
    return Authority(directory / "ours")


@pytest.fixture(scope="module")
def foreign(directory):
    return Authority(directory / "foreign")


@pytest.fixture(scope="module")
def certificates(ours, foreign):
    """What a server may show, by what is wrong with it."""
    right = f"IP:{HOST}, DNS:localhost"
    return {
        "right": ours.sign(right),
        "of a foreign authority": foreign.sign(right),
        "for another name": ours.sign("IP:127.0.0.2, DNS:database.example.org"),
        "expired": ours.sign(right, days=-1),
    }


@pytest.fixture(scope="module")
def server(directory, certificates):
    one = TCPDatabase(directory / "server", certificates["right"])
    yield one
    one.stop()


@pytest.fixture(scope="module")
def plain_server(directory):
    one = TCPDatabase(directory / "plain-server", None)
    yield one
    one.stop()


@pytest.fixture
def connect(tmp_path):
    """Runs a command that asks the database at a port for the state of the schema."""
    (tmp_path / "database.password").write_text(PASSWORD)
    (tmp_path / "tokens.signing_secret").write_text(secrets.token_hex(32))

    def connect_to(port: int, authority: Path | str, host: str = HOST) -> Outcome:
        done = subprocess.run(
            [PROGRAM, "migrate", "status"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE, env=sanitizer_options() | {
                "CREDENTIALS_DIRECTORY": str(tmp_path),
                "GATEREEVE_CONFIG": "/dev/null",
                "GATEREEVE_PUBLIC_ORIGIN": "https://auth.example.org",
                "GATEREEVE_MAIL_FROM": "no-reply@example.org",
                "GATEREEVE_DATABASE_SOCKET": "",
                "GATEREEVE_DATABASE_HOST": host,
                "GATEREEVE_DATABASE_PORT": str(port),
                "GATEREEVE_DATABASE_CA_FILE": str(authority),
                "GATEREEVE_PATHS_MIGRATIONS": f"{ROOT}/migrations",
            })
        return Outcome(done.returncode, done.stdout, done.stderr)

    return connect_to


REFUSED = Outcome(1, "", f"gatereeve: {REFUSAL}\n")
BAD_CERTIFICATES = ["of a foreign authority", "for another name", "expired"]


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_a_server_that_the_authority_vouches_for_is_spoken_to_in_cipher(
    server, connect, ours, certificates, host
):
    server.show(certificates["right"])
    outcome = connect(server.port, ours.file, host)
    assert (outcome.status, outcome.complaint) == (0, "")
    assert "pending" in outcome.output
    assert server.logins() == [f"gatereeve@{HOST} on gatereeve using SSL/TLS"]


@pytest.mark.parametrize("fault", BAD_CERTIFICATES)
def test_a_server_with_a_bad_certificate_is_refused_before_it_is_told_a_name(
    server, connect, ours, certificates, fault
):
    server.show(certificates[fault])
    assert connect(server.port, ours.file) == REFUSED
    assert server.logins() == []


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_without_its_authorities_it_trusts_nobody(
    server, connect, certificates, tmp_path, content
):
    server.show(certificates["right"])
    authorities = tmp_path / "authorities.pem"
    if content is not None:
        authorities.write_text(content)
    assert connect(server.port, authorities) == REFUSED
    assert server.logins() == []


def test_a_server_that_cannot_encrypt_is_refused_before_it_is_told_a_name(
    plain_server, connect, ours
):
    assert connect(plain_server.port, ours.file) == REFUSED
    assert plain_server.logins() == []


@pytest.mark.parametrize("fault", [*BAD_CERTIFICATES, "none at all"])
def test_a_false_server_learns_nothing(connect, ours, certificates, fault):
    false = FalseDatabase(certificates.get(fault))
    assert connect(false.port, ours.file) == REFUSED
    assert false.told() == b""


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted", "without encryption"])
def test_no_server_is_told_the_password_itself(connect, ours, certificates, is_trusted):
    false = FalseDatabase(certificates["right"] if is_trusted else None)
    outcome = connect(false.port, ours.file if is_trusted else "")
    assert outcome.status == 1
    assert "the server asks for a way to log in that is not allowed" in outcome.complaint
    told = false.told()
    assert b"gatereeve" in told, "it was not spoken to at all"
    assert PASSWORD.encode() not in told


def test_no_server_is_told_what_is_in_a_file(connect, tmp_path):
    file = tmp_path / "secret"
    file.write_text("what only this machine knows")
    false = FalseDatabase(None, str(file))
    assert connect(false.port, "").status == 1
    told = false.told()
    assert b"SET " in told, "it was asked for nothing"
    assert file.read_bytes() not in told
