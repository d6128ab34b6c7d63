"""register/: what a client sees beyond the measured table."""

import json

import pytest
from accounts import PASSWORD, new_name
from crowd import at_once

TAKEN_NAME = "A user with that username already exists."
TAKEN_EMAIL = "user with this email already exists."


def register(client, username, email, password=PASSWORD):
    return client.post(
        "register/", {"username": username, "email": email, "password": password}
    )


def test_registration_answers_the_name_and_the_address_in_this_order(client):
    name = new_name()
    answer = register(client, name, f"{name}@example.test")
    assert answer.status == 201
    assert answer.text == f'{{"username":"{name}","email":"{name}@example.test"}}'


def test_registration_sends_exactly_one_mail(accounts, mailbox):
    account = accounts.inactive()
    mailbox.wait(account.email)
    accounts.active()
    assert len(mailbox.to(account.email)) == 1


def test_a_new_user_cannot_log_in(accounts):
    account = accounts.inactive()
    assert accounts.login(account).status == 401


def test_fifty_equal_registrations_at_once_make_one_account(client, mailbox):
    name = new_name()
    body = {"username": name, "email": f"{name}@example.test", "password": PASSWORD}
    answers = at_once(50, lambda _: client.post("register/", body))
    assert sorted(answer.status for answer in answers) == [201] + [400] * 49
    refusals = {answer.text for answer in answers if answer.status == 400}
    assert refusals == {
        json.dumps({"username": [TAKEN_NAME], "email": [TAKEN_EMAIL]}, separators=(",", ":"))
    }
    mailbox.wait(body["email"])
    assert len(mailbox.to(body["email"])) == 1


def test_equal_names_at_once_make_one_account_whatever_the_address(client):
    name = new_name()
    answers = at_once(
        20, lambda number: register(client, name, f"{name}-{number}@example.test")
    )
    assert sorted(answer.status for answer in answers) == [201] + [400] * 19
    assert {answer.text for answer in answers if answer.status == 400} == {
        json.dumps({"username": [TAKEN_NAME]}, separators=(",", ":"))
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Case{}", "cASE{}"),
        ("ｗｉｄｅ{}", "WIDE{}"),
        ("straße{}", "STRASSE{}"),
        ("ﬁn{}", "FIN{}"),
        ("Ångström{}", "ångström{}"),
        ("ΣΊΣΥΦΟΣ{}", "σίσυφος{}"),
        ("İstanbul{}", "i̇stanbul{}"),
        ("\u212aelvin{}", "kelvin{}"),
    ],
)
def test_names_that_differ_in_case_or_width_only_are_the_same(client, first, second):
    suffix = new_name("x")
    assert register(client, first.format(suffix), f"{suffix}a@example.test").status == 201
    answer = register(client, second.format(suffix), f"{suffix}b@example.test")
    assert answer.status == 400
    # A name that no rule allows is refused for that; either way it makes no second account.
    assert list(answer.json) == ["username"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("alice{}", "alíce{}"),
        ("mike{}", "mıke{}"),
        ("zoe{}", "zoë{}"),
        ("paypal{}", "pаypal{}"),
    ],
)
def test_names_of_other_letters_are_other_names(client, first, second):
    suffix = new_name("x")
    assert register(client, first.format(suffix), f"{suffix}a@example.test").status == 201
    assert register(client, second.format(suffix), f"{suffix}b@example.test").status == 201


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Mixed{}@example.test", "mIXED{}@example.test"),
        ("domain{}@example.test", "domain{}@EXAMPLE.TEST"),
        ("idn{}@exämple.test", "idn{}@EXÄMPLE.test"),
        ("idn{}@exämple.test", "idn{}@xn--exmple-cua.test"),
    ],
)
def test_addresses_that_differ_in_case_only_are_the_same(client, first, second):
    suffix = new_name("x")
    assert register(client, f"{suffix}a", first.format(suffix)).status == 201
    answer = register(client, f"{suffix}b", second.format(suffix))
    assert (answer.status, answer.json) == (400, {"email": [TAKEN_EMAIL]})


@pytest.mark.parametrize(
    "look_alike",
    ["mıke{}@example.test", "ｍike{}@example.test", "mike{}@exa\u200bmple.test",
     "mike{}@exampIe.test\u0131", "m\u0456ke{}@example.test", "mike{}＠example.test"],
)
def test_a_look_alike_address_never_takes_the_place_of_another(client, look_alike):
    suffix = new_name("x")
    assert register(client, f"{suffix}a", f"mike{suffix}@example.test").status == 201
    answer = register(client, f"{suffix}b", look_alike.format(suffix))
    assert answer.status in (201, 400)
    assert answer.json != {"email": [TAKEN_EMAIL]}


def test_all_faults_of_all_fields_come_together(client):
    answer = register(client, "a b", "nobody", "1234567")
    assert answer.status == 400
    assert list(answer.json) == ["username", "email", "password"]
    assert answer.json["password"] == [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]


@pytest.mark.parametrize(
    ("username", "email", "password", "what"),
    [
        ("similarname", "x@example.test", "similarname1", "username"),
        ("similarname", "x@example.test", "SIMILARNAME", "username"),
        ("abc", "wanderlust@example.test", "wanderlust1", "email address"),
        ("abc", "x@wanderlust.test", "wanderlust1", "email address"),
    ],
)
def test_a_password_like_the_name_or_the_address_is_refused(
    client, username, email, password, what
):
    answer = register(client, username, email, password)
    assert (answer.status, answer.json) == (
        400, {"password": [f"The password is too similar to the {what}."]}
    )


def test_the_password_is_not_trimmed_on_registration(accounts, client):
    account = accounts.active(password="  outer spaces  ")
    assert accounts.login(account).status == 200
    trimmed = accounts.with_password(account, "outer spaces")
    assert accounts.login(trimmed).status == 401


def test_every_character_of_a_password_counts(accounts):
    password = "p" * 127 + "é"
    account = accounts.active(password=password)
    assert accounts.login(account).status == 200
    assert accounts.login(accounts.with_password(account, password[:-1] + "e")).status == 401
    assert accounts.login(accounts.with_password(account, password[:72])).status == 401
    assert accounts.login(accounts.with_password(account, password + "x")).status == 401


@pytest.mark.parametrize(
    "password",
    ["pässwörter 日本", "🐎🔋📎🐎🔋📎🐎🔋", "line\nfeed\ttab", "a\u00a0b\u2003c\u200bdefgh",
     "\u202ereversed text"],
)
def test_every_character_is_allowed_in_a_password(accounts, password):
    account = accounts.active(password=password)
    assert accounts.login(account).status == 200


def test_a_refused_registration_sends_no_mail(client, accounts, mailbox):
    email = f"{new_name()}@example.test"
    assert register(client, "a b", email).status == 400
    accounts.active()
    assert mailbox.to(email) == []


def test_a_taken_address_changes_nothing_for_its_owner(accounts, client, mailbox):
    account = accounts.active()
    assert register(client, new_name(), account.email, "another password 1").status == 400
    assert accounts.login(account).status == 200
    assert accounts.login(accounts.with_password(account, "another password 1")).status == 401


def test_a_client_cannot_make_itself_active(client, accounts):
    name = new_name()
    answer = client.post(
        "register/",
        {"username": name, "email": f"{name}@example.test", "password": PASSWORD,
         "is_active": True, "email_verified_at": "2000-01-01T00:00:00Z", "id": 1},
    )
    assert answer.status == 201
    assert list(answer.json) == ["username", "email"]
    assert client.post("login/", {"username": name, "password": PASSWORD}).status == 401
