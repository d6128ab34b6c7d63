"""login/, login/refresh/, logout/: tokens and their lives."""

import base64
import json
import time

import jwt
import pytest
from accounts import new_name
from crowd import at_once
from forgery import claims, forged, sign
from mailboxes import verification_token

INVALID = {"detail": "Token is invalid", "code": "token_not_valid"}
BLACKLISTED = {"detail": "Token is blacklisted", "code": "token_not_valid"}
NO_ACCOUNT = '{"detail":"No active account found with the given credentials"}'


def part(token, number):
    text = token.split(".")[number]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_login_answers_refresh_then_access(accounts, account):
    answer = accounts.login(account)
    assert list(answer.json) == ["refresh", "access"]


@pytest.mark.parametrize("kind", ["refresh", "access"])
def test_the_header_of_a_token_is_that_of_the_replaced_system(accounts, account, kind):
    assert part(accounts.tokens(account)[kind], 0) == '{"alg":"HS256","typ":"JWT"}'


@pytest.mark.parametrize(("kind", "lifetime"), [("refresh", 86400), ("access", 300)])
def test_the_claims_of_a_token_have_the_order_and_types_of_the_replaced_system(
    accounts, account, key, kind, lifetime
):
    before = int(time.time())
    token = accounts.tokens(account)[kind]
    content = json.loads(part(token, 1))
    first = ["token_type", "exp", "iat", "jti", "user_id"]
    assert list(content)[:5] == first
    assert content["token_type"] == kind
    assert type(content["exp"]) is int and type(content["iat"]) is int
    assert before <= content["iat"] <= time.time()
    assert content["exp"] - content["iat"] == lifetime
    assert len(content["jti"]) == 32 and int(content["jti"], 16) >= 0
    assert content["jti"] == content["jti"].lower()
    assert type(content["user_id"]) is str and content["user_id"].isdecimal()
    assert part(token, 1) == json.dumps(content, separators=(",", ":"))
    assert jwt.decode(token, key, algorithms=["HS256"]) == content


def test_each_token_has_an_id_of_its_own(accounts, account):
    tokens = [accounts.tokens(account) for _ in range(3)]
    ids = {json.loads(part(token, 1))["jti"] for pair in tokens for token in pair.values()}
    assert len(ids) == 6


def test_a_token_of_another_key_does_not_verify(accounts, account):
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(accounts.tokens(account)["access"], "another key" * 4, algorithms=["HS256"])


@pytest.mark.parametrize("around", ["  {}", "{}\n", "\u00a0{}\u2003", "\x1f{}\t"])
def test_blanks_around_the_name_of_a_login_do_not_matter(accounts, client, account, around):
    body = {"username": around.format(account.username), "password": account.password}
    assert client.post("login/", body).status == 200


def test_a_name_logs_in_as_it_was_typed_at_registration(client, accounts, mailbox):
    typed = f"ＦｕｌｌＷｉｄｅ{new_name('x')}"
    email = f"{new_name()}@example.test"
    body = {"username": typed, "email": email, "password": "correct horse battery"}
    registered = client.post("register/", body)
    assert registered.status == 201
    token = verification_token(mailbox.wait(email))
    assert client.get(f"verify-email/?token={token}").status == 200
    for name in (typed, registered.json["username"]):
        assert client.post("login/", {"username": name, "password": body["password"]}).status == 200


def test_wrong_unknown_and_inactive_are_answered_alike(accounts, client):
    active, inactive = accounts.active(), accounts.inactive()
    bodies = [
        {"username": active.username, "password": "wrong password"},
        {"username": new_name("nobody"), "password": "wrong password"},
        {"username": inactive.username, "password": inactive.password},
        {"username": inactive.username, "password": "wrong password"},
        {"username": "x" * 5000, "password": "wrong password"},
        {"username": active.username, "password": "x" * 5000},
    ]
    answers = [client.post("login/", body) for body in bodies]
    seen = {
        (answer.status, answer.text,
         tuple(pair for pair in answer.headers if pair[0] not in ("Date",)))
        for answer in answers
    }
    assert len(seen) == 1
    assert (answers[0].status, answers[0].text) == (401, NO_ACCOUNT)
    assert answers[0].header("WWW-Authenticate") == 'Bearer realm="api"'


def test_a_trimmed_password_logs_in_as_the_replaced_system_trimmed_it(accounts, client):
    account = accounts.active()
    assert accounts.login(accounts.with_password(account, f" {account.password}\t")).status == 200


def test_refresh_gives_an_access_token_of_the_same_user(accounts, client, account, key):
    pair = accounts.tokens(account)
    answer = client.post("login/refresh/", {"refresh": pair["refresh"]})
    assert answer.status == 200
    assert list(answer.json) == ["access"]
    old, new = (
        jwt.decode(token, key, algorithms=["HS256"])
        for token in (pair["access"], answer.json["access"])
    )
    assert list(new)[:5] == ["token_type", "exp", "iat", "jti", "user_id"]
    assert new["token_type"] == "access"
    assert new["user_id"] == old["user_id"]
    assert new["jti"] != old["jti"]
    assert new["exp"] - new["iat"] == 300


def test_a_refresh_token_may_be_used_many_times(accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    for _ in range(5):
        assert client.post("login/refresh/", {"refresh": refresh}).status == 200


def test_custom_claims_survive_a_refresh(accounts, client, account, key):
    token = sign(claims(accounts.user_id(account), role="admin", deep={"a": [1, None]}), key)
    answer = client.post("login/refresh/", {"refresh": token})
    assert answer.status == 200
    new = jwt.decode(answer.json["access"], key, algorithms=["HS256"])
    assert (new["role"], new["deep"]) == ("admin", {"a": [1, None]})


def test_a_token_of_the_replaced_system_is_taken(accounts, client, account, key):
    user_id = accounts.user_id(account)
    for value in (user_id, int(user_id)):
        token = sign(claims(value), key)
        assert client.post("login/refresh/", {"refresh": token}).status == 200


def test_an_inactive_user_cannot_refresh(accounts, client, key):
    accounts.inactive()
    # Ids count up, so that the inactive user has the one before that of the next user.
    user_id = int(accounts.user_id(accounts.active())) - 1
    answer = client.post("login/refresh/", {"refresh": sign(claims(str(user_id)), key)})
    assert (answer.status, answer.json) == (
        401, {"detail": "No active account found for the given token."}
    )


def test_a_user_that_is_gone_cannot_refresh(client, key):
    answer = client.post("login/refresh/", {"refresh": forged("unknown user", "1", key)})
    assert (answer.status, answer.json) == (
        401, {"detail": "No active account found for the given token."}
    )


@pytest.mark.parametrize("kind", ["refresh", "access"])
def test_no_changed_character_of_a_token_goes_unnoticed(accounts, client, account, kind):
    token = accounts.tokens(account)[kind]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def status(token):
        if kind == "refresh":
            return client.post("login/refresh/", {"refresh": token}).status
        return client.post("register/", {}, {"Authorization": f"Bearer {token}"}).status

    assert status(token) == {"refresh": 200, "access": 400}[kind]
    accepted = []
    for place, character in enumerate(token):
        other = alphabet[alphabet.index(character) ^ 1] if character != "." else "A"
        if status(token[:place] + other + token[place + 1 :]) != 401:
            accepted.append(place)
    assert accepted == []


def test_logout_answers_205_without_a_body(accounts, client, account):
    answer = client.post("logout/", {"refresh": accounts.tokens(account)["refresh"]})
    assert (answer.status, answer.content) == (205, b"")
    assert answer.header("Content-Length") in (None, "0")


def test_a_token_is_dead_after_logout(accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    assert client.post("logout/", {"refresh": refresh}).status == 205
    for path in ("login/refresh/", "logout/"):
        answer = client.post(path, {"refresh": refresh})
        assert (answer.status, answer.json) == (401, BLACKLISTED)
        assert answer.header("WWW-Authenticate") == 'Bearer realm="api"'


def test_logout_ends_one_session_only(accounts, client, account):
    first, second = accounts.tokens(account), accounts.tokens(account)
    assert client.post("logout/", {"refresh": first["refresh"]}).status == 205
    assert client.post("login/refresh/", {"refresh": second["refresh"]}).status == 200


def test_logout_needs_no_access_token_and_ignores_a_bad_one(accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    answer = client.post("logout/", {"refresh": refresh}, {"Authorization": "Bearer abc"})
    assert answer.status == 205


def test_no_refusal_repeats_the_token_or_link_that_it_refuses(accounts, client, account):
    tokens, link = accounts.tokens(account), "S" * 43
    refresh, access = tokens["refresh"], tokens["access"]
    assert client.post("logout/", {"refresh": refresh}).status == 205
    refusals = [
        (refresh, client.post("login/refresh/", {"refresh": refresh})),
        (refresh, client.post("logout/", {"refresh": refresh})),
        (access, client.post("login/refresh/", {"refresh": access})),
        (access, client.post("password-reset/", {}, {"Authorization": f"Bearer {access}x"})),
        (link, client.get(f"verify-email/?token={link}")),
        (link, client.patch(
            f"password-reset-confirm/MQ/{link}/", {"password": "battery of horses"})),
    ]
    for secret, answer in refusals:
        assert 400 <= answer.status < 500
        assert secret not in answer.text and secret not in str(answer.headers)


def test_of_twenty_logouts_at_once_one_succeeds(accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    answers = at_once(20, lambda _: client.post("logout/", {"refresh": refresh}))
    assert sorted(answer.status for answer in answers) == [205] + [401] * 19
    assert {answer.text for answer in answers if answer.status == 401} == {
        json.dumps(BLACKLISTED, separators=(",", ":"))
    }


def test_no_refresh_that_starts_after_a_logout_succeeds(accounts, client, account):
    for _ in range(30):
        refresh = accounts.tokens(account)["refresh"]
        assert client.post("logout/", {"refresh": refresh}).status == 205
        answers = at_once(4, lambda _: client.post("login/refresh/", {"refresh": refresh}))
        assert {answer.status for answer in answers} == {401}


def test_an_expired_token_is_expired_before_it_is_blacklisted(client, accounts, account, key):
    token = forged("expired", accounts.user_id(account), key)
    for path in ("logout/", "login/refresh/"):
        answer = client.post(path, {"refresh": token})
        assert answer.json == {"detail": "Token is expired", "code": "token_not_valid"}


@pytest.mark.parametrize("path", ["login/refresh/", "logout/"])
def test_a_token_without_id_is_refused(client, accounts, account, key, path):
    answer = client.post(path, {"refresh": forged("no jti", accounts.user_id(account), key)})
    assert (answer.status, answer.json) == (
        401, {"detail": "Token has no id", "code": "token_not_valid"}
    )


@pytest.mark.parametrize("path", ["login/refresh/", "logout/"])
def test_ids_are_told_apart_by_every_byte(client, accounts, account, key, path):
    user_id = accounts.user_id(account)
    jti = new_name("Jti")
    assert client.post("logout/", {"refresh": sign(claims(user_id, jti=jti), key)}).status == 205
    for other in (jti.lower(), jti + " ", jti + "\u0301", jti[:-1]):
        token = sign(claims(user_id, jti=other), key)
        assert client.post("login/refresh/", {"refresh": token}).status == 200
    again = sign(claims(user_id, jti=jti), key)
    assert client.post(path, {"refresh": again}).json == BLACKLISTED


@pytest.mark.parametrize("name", ["other key", "alg none", "alg HS512", "signature missing"])
def test_a_forged_token_blacklists_nothing(client, accounts, account, key, name):
    user_id = accounts.user_id(account)
    good = accounts.tokens(account)["refresh"]
    assert client.post("logout/", {"refresh": forged(name, user_id, key)}).json == INVALID
    assert client.post("login/refresh/", {"refresh": good}).status == 200
