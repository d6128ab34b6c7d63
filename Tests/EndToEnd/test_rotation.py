"""Refresh tokens that are good once: `tokens.rotate_refresh_tokens`, with the real database."""

import secrets

import product as products
import pytest
from accounts import Accounts
from client import Client
from crowd import at_once
from mailboxes import Mailbox


@pytest.fixture(scope="module")
def rotating(tmp_path_factory):
    """Starts a product with rotation; calling it again restarts it."""
    run_dir, secret = tmp_path_factory.mktemp("rotation") / "run", secrets.token_hex(32)
    running = []

    def restart() -> Client:
        while running:
            assert running.pop().stop() == 0
        running.append(
            products.start(
                run_dir, secret, BUILD="no", RATE_LIMITS="off",
                GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS="true", GATEREEVE_MAIL_POLL_INTERVAL="100",
            )
        )
        return Client(running[0].base_url)

    restart.mailbox = Mailbox(run_dir / "mail")
    yield restart
    while running:
        assert running.pop().stop() == 0


@pytest.fixture(scope="module")
def client(rotating):
    return rotating()


@pytest.fixture(scope="module")
def accounts(rotating, client):
    return Accounts(client, rotating.mailbox)


def refresh(client: Client, token: str):
    return client.post("login/refresh/", {"refresh": token})


def test_of_twenty_uses_at_once_one_gets_the_successor(client, accounts):
    account = accounts.active()
    other = accounts.tokens(account)["refresh"]
    token = accounts.tokens(account)["refresh"]
    answers = at_once(20, lambda _: refresh(client, token))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 19
    (successor,) = (answer.json["refresh"] for answer in answers if answer.status == 200)
    assert refresh(client, successor).status == 200
    assert refresh(client, other).status == 200


def test_a_spent_token_is_refused_and_its_successor_goes_on(client, accounts):
    spent = accounts.tokens(accounts.active())["refresh"]
    successor = refresh(client, spent).json["refresh"]
    again = refresh(client, spent)
    assert (again.status, again.json["code"]) == (401, "token_not_valid")
    assert client.post("logout/", {"refresh": spent}).status == 401
    assert refresh(client, successor).status == 200


def test_a_restart_forgets_no_spent_token(rotating, client, accounts):
    spent = accounts.tokens(accounts.active())["refresh"]
    successor = refresh(client, spent).json["refresh"]
    again = rotating()
    assert refresh(again, spent).status == 401
    assert refresh(again, successor).status == 200
