"""verify-email/: the link of the mail."""

import base64
import hashlib
import re

import pytest
from crowd import at_once
from mailboxes import link_of

INVALID = '{"detail":"Invalid or expired token."}'


def test_the_link_lets_the_user_log_in(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    assert accounts.login(account).status == 401
    answer = client.get(f"verify-email/?token={token}")
    assert (answer.status, answer.text) == (200, '{"detail":"Email verified."}')
    assert accounts.login(account).status == 200


def test_the_link_may_be_opened_again(accounts, client):
    account = accounts.active()
    token = accounts.verification_token(account)
    for _ in range(3):
        answer = client.get(f"verify-email/?token={token}")
        assert (answer.status, answer.text) == (200, '{"detail":"Email verified."}')


def test_twenty_openings_at_once_all_succeed(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    answers = at_once(20, lambda _: client.get(f"verify-email/?token={token}"))
    assert {answer.status for answer in answers} == {200}
    assert accounts.login(account).status == 200


def test_a_head_request_activates_nobody(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    answer = client.send("HEAD", f"verify-email/?token={token}")
    assert answer.content == b""
    assert accounts.login(account).status == 401
    assert client.get(f"verify-email/?token={token}").status == 200


def test_the_link_works_without_its_trailing_slash(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    assert client.get(f"verify-email?token={token}").status == 200


def test_the_token_has_at_least_128_bits(accounts):
    tokens = [accounts.verification_token(accounts.inactive()) for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        assert re.fullmatch(r"[A-Za-z0-9_.~-]{22,}", token)


@pytest.mark.parametrize(
    "edit",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token.swapcase(),
        lambda token: ("B" if token[0] == "A" else "A") + token[1:],
        lambda token: token + "%20",
        lambda token: "%20" + token,
        lambda token: token + "%00",
        lambda token: token + "%0a",
        lambda token: token[::-1],
    ],
)
def test_a_changed_token_is_refused(accounts, client, edit):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    answer = client.get(f"verify-email/?token={edit(token)}")
    assert (answer.status, answer.text) == (400, INVALID)
    assert accounts.login(account).status == 401


def test_every_changed_character_is_noticed(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = []
    for place, character in enumerate(token):
        other = alphabet[(alphabet.index(character) ^ 1) % 64] if character in alphabet else "A"
        changed = token[:place] + other + token[place + 1 :]
        if client.get(f"verify-email/?token={changed}").status == 200:
            accepted.append(place)
    assert accepted == []


def test_what_the_database_keeps_of_a_link_opens_nothing(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    kept = hashlib.sha256(base64.urlsafe_b64decode(token + "=")).digest()
    for text in (base64.urlsafe_b64encode(kept).decode().rstrip("="), kept.hex()):
        answer = client.get(f"verify-email/?token={text}")
        assert (answer.status, answer.text) == (400, INVALID)
    assert accounts.login(account).status == 401
    assert client.get(f"verify-email/?token={token}").status == 200


def test_a_percent_encoded_token_is_the_same_token(accounts, client):
    token = accounts.verification_token(accounts.inactive())
    encoded = "".join(f"%{ord(character):02x}" for character in token)
    assert client.get(f"verify-email/?token={encoded}").status == 200


def test_the_token_is_no_reset_token_and_no_refresh_token(accounts, client):
    account = accounts.active()
    token = accounts.verification_token(account)
    uid, _ = accounts.reset_link(account)
    answer = client.patch(
        f"password-reset-confirm/{uid}/{token}/", {"password": "another password 1"}
    )
    assert answer.json == {"token": ["Invalid or expired token."]}
    assert client.post("login/refresh/", {"refresh": token}).status == 401
    assert client.post("logout/", {"refresh": token}).status == 401


def test_other_tokens_verify_nothing(accounts, client):
    account = accounts.active()
    tokens = accounts.tokens(account)
    _, reset = accounts.reset_link(account)
    for token in (tokens["refresh"], tokens["access"], reset):
        answer = client.get(f"verify-email/?token={token}")
        assert (answer.status, answer.text) == (400, INVALID)


def test_the_link_stands_below_the_public_origin(accounts, mailbox, product):
    account = accounts.inactive()
    link = link_of(mailbox.wait(account.email))
    assert link.startswith(f"{product.base_url}/api/auth/verify-email/?token=")


def test_a_verified_link_ends_no_session(accounts, client):
    account = accounts.active()
    refresh = accounts.tokens(account)["refresh"]
    accounts.verify(account)
    assert client.post("login/refresh/", {"refresh": refresh}).status == 200
