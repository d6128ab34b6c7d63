"""password-reset/ and password-reset-confirm/."""

import base64
import unicodedata
from email.utils import parseaddr

import pytest
from accounts import PASSWORD, new_name
from crowd import at_once
from forgery import claims, sign
from mailboxes import link_of, reset_parts, text_of

SENT = '{"detail":"If the email exists, a password reset link has been sent."}'
DONE = '{"detail":"Password has been reset."}'
INVALID = '{"token":["Invalid or expired token."]}'
NEW = "another horse battery"


def confirm(client, link, password=NEW):
    uid, token = link
    return client.patch(f"password-reset-confirm/{uid}/{token}/", {"password": password})


def test_a_reset_replaces_the_password(accounts, client, account):
    answer = confirm(client, accounts.reset_link(account))
    assert (answer.status, answer.text) == (200, DONE)
    assert accounts.login(account).status == 401
    assert accounts.login(accounts.with_password(account, NEW)).status == 200


def test_the_owner_is_told_of_it_by_a_mail_without_a_link(accounts, client, mailbox, account):
    link = accounts.reset_link(account)
    # Nothing has changed yet.
    assert confirm(client, link, "12345").status == 400
    assert confirm(client, link).status == 200
    assert confirm(client, link, "yet another password").status == 400
    mail = mailbox.wait(account.email, 3)
    assert mail["Subject"].endswith(" was changed")
    content = mail.as_string()
    assert f"Hello {account.username}," in text_of(mail)
    for secret in ("http", NEW, account.password, *link):
        assert secret not in content
    # Mails leave in order: once this one is there, a second notice would be there, too.
    accounts.reset_link(account, 4)
    assert len(mailbox.to(account.email)) == 4


def test_of_many_uses_at_once_one_tells_the_owner(accounts, client, mailbox, account):
    link = accounts.reset_link(account)
    at_once(10, lambda number: confirm(client, link, f"new password {number}"))
    # Verification, link, notice, and nothing between them and the next link.
    accounts.reset_link(account, 4)
    assert len(mailbox.to(account.email)) == 4


def test_uidb64_is_the_unpadded_url_safe_base64_of_the_users_id(accounts, account):
    uid, _ = accounts.reset_link(account)
    decoded = base64.urlsafe_b64decode(uid + "=" * (-len(uid) % 4)).decode()
    assert decoded == accounts.user_id(account)
    assert "=" not in uid


def test_the_link_stands_below_the_public_origin(accounts, client, mailbox, product, account):
    uid, token = accounts.reset_link(account)
    link = link_of(mailbox.wait(account.email, 2))
    assert link == f"{product.base_url}/api/auth/password-reset-confirm/{uid}/{token}/"


def test_known_unknown_and_inactive_addresses_are_answered_alike(accounts, client, account):
    addresses = [account.email, f"{new_name()}@example.test", accounts.inactive().email]
    answers = [client.post("password-reset/", {"email": email}) for email in addresses]
    assert {(answer.status, answer.text) for answer in answers} == {(200, SENT)}
    assert len({tuple(h for h in a.headers if h[0] != "Date") for a in answers}) == 1


def test_only_an_active_user_gets_a_mail(accounts, client, mailbox, account):
    inactive, unknown = accounts.inactive(), f"{new_name()}@example.test"
    mailbox.wait(inactive.email)
    for email in (inactive.email, unknown, account.email):
        assert client.post("password-reset/", {"email": email}).status == 200
    mailbox.wait(account.email, 2)
    assert len(mailbox.to(inactive.email)) == 1
    assert mailbox.to(unknown) == []


def test_the_mail_goes_to_the_stored_spelling_of_the_address(accounts, client, mailbox):
    account = accounts.active("Stored")
    assert client.post("password-reset/", {"email": account.email.upper()}).status == 200
    mail = mailbox.wait(account.email, 2)
    assert account.email in mail["To"]


@pytest.mark.parametrize(
    "look_alike",
    ["mıke{}@example.test", "m\u0456ke{}@example.test", "ｍike{}@example.test",
     "mike{} @example.test", "mike{}@example.test\x00", "mike{}@example.test,x@example.test",
     "mike{}@exаmple.test", "mike{}@example.test.", "mike{}@example.test\r\nBcc: x@example.test"],
)
def test_a_look_alike_address_sends_no_mail(accounts, client, mailbox, look_alike):
    account = accounts.active("mike")
    typed = look_alike.format(account.username.removeprefix("mike"))
    answer = client.post("password-reset/", {"email": typed})
    assert answer.status in (200, 400)
    # Mails leave in order: once this one is there, the other one would be there too.
    accounts.reset_link(accounts.active())
    assert len(mailbox.to(account.email)) == 1
    assert mailbox.to(typed) == []


@pytest.mark.parametrize(
    "spelling", ["MIKE{}@EXAMPLE.TEST", "mike{}@exa\u00admple.test", "mike{}@ｅxample.test"]
)
def test_a_mail_never_goes_to_the_typed_spelling(accounts, client, mailbox, spelling):
    account = accounts.active("mike")
    typed = spelling.format(account.username.removeprefix("mike"))
    client.post("password-reset/", {"email": typed})
    accounts.reset_link(accounts.active())
    mails = mailbox.to(account.email)
    assert [parseaddr(mail["To"])[1] for mail in mails] == [account.email] * len(mails)


def test_a_link_works_once(accounts, client, account):
    link = accounts.reset_link(account)
    assert confirm(client, link).status == 200
    answer = confirm(client, link, "yet another password")
    assert (answer.status, answer.text) == (400, INVALID)
    assert accounts.login(accounts.with_password(account, NEW)).status == 200


def test_a_token_that_a_reset_ended_is_of_no_use_before_and_after_its_logout(
        accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    assert confirm(client, accounts.reset_link(account)).status == 200
    for logout in (205, 401):
        assert client.post("login/refresh/", {"refresh": refresh}).status == 401
        assert client.post("logout/", {"refresh": refresh}).status == logout
    assert client.post("login/refresh/", {"refresh": refresh}).status == 401


def test_of_twenty_uses_of_a_link_at_once_one_succeeds(accounts, client, account):
    link = accounts.reset_link(account)
    answers = at_once(20, lambda number: confirm(client, link, f"new password {number}"))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 19
    assert {answer.text for answer in answers if answer.status == 400} == {INVALID}
    winner = next(number for number, answer in enumerate(answers) if answer.status == 200)
    valid = [
        number for number in range(20)
        if accounts.login(accounts.with_password(account, f"new password {number}")).status == 200
    ]
    assert valid == [winner]


def test_a_bad_password_is_told_first_and_does_not_spend_the_link(accounts, client, account):
    link = accounts.reset_link(account)
    answer = confirm(client, link, "12345")
    assert (answer.status, list(answer.json)) == (400, ["password"])
    assert confirm(client, (link[0], "broken-token"), "12345").json == answer.json
    assert confirm(client, link).status == 200


def test_a_new_request_voids_older_links(accounts, client, account):
    first = accounts.reset_link(account, 2)
    second = accounts.reset_link(account, 3)
    assert first != second
    assert confirm(client, first).text == INVALID
    assert confirm(client, second).status == 200


def test_a_reset_ends_all_sessions_and_new_ones_live(accounts, client, account):
    sessions = [accounts.tokens(account)["refresh"] for _ in range(3)]
    assert confirm(client, accounts.reset_link(account)).status == 200
    for refresh in sessions:
        assert client.post("login/refresh/", {"refresh": refresh}).status == 401
    # In the same second as the reset: a session that began after it lives.
    again = accounts.tokens(accounts.with_password(account, NEW))["refresh"]
    assert client.post("login/refresh/", {"refresh": again}).status == 200


def test_a_reset_ends_sessions_of_the_replaced_system(accounts, client, account, key):
    token = sign(claims(accounts.user_id(account)), key)
    assert client.post("login/refresh/", {"refresh": token}).status == 200
    assert confirm(client, accounts.reset_link(account)).status == 200
    assert client.post("login/refresh/", {"refresh": token}).status == 401


def test_a_reset_ends_nobody_elses_session(accounts, client, account):
    other = accounts.tokens(accounts.active())["refresh"]
    assert confirm(client, accounts.reset_link(account)).status == 200
    assert client.post("login/refresh/", {"refresh": other}).status == 200


def test_a_reset_logs_nobody_in(accounts, client, account):
    answer = confirm(client, accounts.reset_link(account))
    assert list(answer.json) == ["detail"]
    assert answer.header("Set-Cookie") is None


def test_a_link_serves_its_own_user_only(accounts, client, account):
    other = accounts.active()
    uid, token = accounts.reset_link(account)
    other_uid, other_token = accounts.reset_link(other)
    assert confirm(client, (other_uid, token)).text == INVALID
    assert confirm(client, (uid, other_token)).text == INVALID
    assert confirm(client, (uid, token)).status == 200
    assert accounts.login(other).status == 200


def test_the_password_is_not_trimmed_on_reset(accounts, client, account):
    spaced = "  outer spaces  "
    assert confirm(client, accounts.reset_link(account), spaced).status == 200
    assert accounts.login(accounts.with_password(account, spaced)).status == 200
    assert accounts.login(accounts.with_password(account, spaced.strip())).status == 401


def test_the_new_password_may_not_resemble_the_user(accounts, client, account):
    link = accounts.reset_link(account)
    answer = confirm(client, link, account.username)
    assert (answer.status, answer.json) == (
        400, {"password": ["The password is too similar to the username."]}
    )
    assert confirm(client, link, NEW).status == 200


def test_a_stranger_with_a_bad_link_learns_nothing_about_the_user(accounts, client, account):
    uid, _ = accounts.reset_link(account)
    answer = confirm(client, (uid, "wrong-token"), account.username)
    assert answer.text == INVALID


@pytest.mark.parametrize("suffix", ["", "/"])
def test_the_trailing_slash_does_not_matter(accounts, client, account, suffix):
    uid, token = accounts.reset_link(account)
    answer = client.patch(f"password-reset-confirm/{uid}/{token}{suffix}", {"password": NEW})
    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=B"]
)
def test_a_form_resets_as_well(accounts, client, account, content_type):
    uid, token = accounts.reset_link(account)
    body = (
        b"password=another+horse+battery"
        if "form-urlencoded" in content_type
        else b'--B\r\nContent-Disposition: form-data; name="password"\r\n\r\n'
        b"another horse battery\r\n--B--\r\n"
    )
    answer = client.send(
        "PATCH", f"password-reset-confirm/{uid}/{token}/", body, {"Content-Type": content_type}
    )
    assert answer.status == 200
    assert accounts.login(accounts.with_password(account, NEW)).status == 200


def test_every_changed_character_of_the_token_is_noticed(accounts, client, account):
    uid, token = accounts.reset_link(account)
    accepted = []
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        # A reset that fails costs no hash, so that all places can be tried.
        if confirm(client, (uid, changed)).status != 400:
            accepted.append(place)
    assert accepted == []
    assert confirm(client, (uid, token)).status == 200


def test_other_tokens_reset_nothing(accounts, client, account):
    uid, _ = accounts.reset_link(account)
    tokens = accounts.tokens(account)
    for token in (tokens["refresh"], tokens["access"], accounts.verification_token(account)):
        assert confirm(client, (uid, token)).text == INVALID


def test_the_host_of_the_request_never_reaches_the_link(client, mailbox, product, account):
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "https://evil.example/",
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/",
    }
    answer = client.post("password-reset/", {"email": account.email}, headers)
    assert (answer.status, answer.text) == (200, SENT)
    content = mailbox.wait(account.email, 2).as_string()
    assert "evil" not in content
    assert link_of(mailbox.wait(account.email, 2)).startswith(product.base_url + "/")


def test_a_reset_verifies_no_address_and_activates_nobody(accounts, client):
    account = accounts.inactive()
    assert client.post("password-reset/", {"email": account.email}).status == 200
    assert accounts.login(account).status == 401


def test_a_login_leaves_the_link_alone(accounts, client, account):
    link = accounts.reset_link(account)
    assert accounts.login(account).status == 200
    assert confirm(client, link).status == 200


def test_a_reset_to_the_same_password_ends_sessions_and_spends_the_link(accounts, client, account):
    refresh = accounts.tokens(account)["refresh"]
    link = accounts.reset_link(account)
    assert confirm(client, link, PASSWORD).status == 200
    assert client.post("login/refresh/", {"refresh": refresh}).status == 401
    assert confirm(client, link).text == INVALID


def test_a_second_reset_by_a_new_link_works(accounts, client, account):
    assert confirm(client, accounts.reset_link(account, 2)).status == 200
    newer = accounts.with_password(account, NEW)
    refresh = accounts.tokens(newer)["refresh"]
    # The third mail is the notice of the first reset.
    assert confirm(client, accounts.reset_link(newer, 4), "third horse battery").status == 200
    assert client.post("login/refresh/", {"refresh": refresh}).status == 401
    assert accounts.login(accounts.with_password(account, "third horse battery")).status == 200


def test_two_unicode_forms_of_a_password_are_two_passwords(accounts, client):
    composed, decomposed = (unicodedata.normalize(form, "crème brûlée à la carte") for form in ("NFC", "NFD"))
    account = accounts.active(password=composed)
    other = accounts.with_password(account, decomposed)
    assert (accounts.login(account).status, accounts.login(other).status) == (200, 401)
    assert confirm(client, accounts.reset_link(account), decomposed).status == 200
    assert (accounts.login(account).status, accounts.login(other).status) == (401, 200)
