"""The mails themselves, read as a mail program reads them."""

import email.utils
import re
import time

import pytest
from accounts import PASSWORD, new_name
from mailboxes import link_of, text_of

WITH_LINK = ["verification", "reset"]
KINDS = [*WITH_LINK, "password changed"]


@pytest.fixture(scope="module")
def mails(accounts, client, mailbox):
    """One mail of each kind: its account, the parsed mail, its bytes."""
    account = accounts.active()
    uid, token = accounts.reset_link(account)
    new = {"password": "another horse battery"}
    assert client.patch(f"password-reset-confirm/{uid}/{token}/", new).status == 200
    mailbox.wait(account.email, 3)
    parsed, raw = mailbox.to(account.email), mailbox.raw(account.email)
    return {
        kind: (account, parsed[number], raw[number]) for number, kind in enumerate(KINDS)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_has_a_text_and_an_html_part_in_this_order(mails, kind):
    _, mail, _ = mails[kind]
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() in ("utf-8", "us-ascii") for part in mail.iter_parts())


@pytest.mark.parametrize("kind", WITH_LINK)
def test_both_parts_hold_the_same_link(mails, kind):
    _, mail, _ = mails[kind]
    html = mail.get_body(("html",)).get_content()
    assert link_of(mail) in html.replace("&amp;", "&")
    assert text_of(mail).count("http") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_has_the_headers_that_a_good_mail_has(mails, kind):
    account, mail, _ = mails[kind]
    assert email.utils.parseaddr(mail["To"])[1] == account.email
    assert "@" in email.utils.parseaddr(mail["From"])[1]
    assert mail["Subject"].strip()
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", mail["Message-ID"])
    assert mail["MIME-Version"] == "1.0"
    sent = email.utils.parsedate_to_datetime(mail["Date"]).timestamp()
    assert abs(sent - time.time()) < 300
    for name in ("To", "From", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Type"):
        assert len(mail.get_all(name)) == 1, name


@pytest.mark.parametrize("header", ["Subject", "Message-ID"])
def test_the_mails_of_all_kinds_have_different_subjects_and_ids(mails, header):
    assert len({mails[kind][1][header] for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_keeps_to_the_wire_format(mails, kind):
    _, mail, raw = mails[kind]
    assert mail.defects == []
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_tells_machines_that_nobody_waits_for_an_answer(mails, kind):
    _, mail, _ = mails[kind]
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_shows_no_password_and_no_address_of_the_asker(mails, kind):
    account, _, raw = mails[kind]
    assert account.password.encode() not in raw
    assert b"127.0.0.1" not in raw.split(b"\r\n\r\n", 1)[0]


@pytest.mark.parametrize(
    "username", ["{{x}}@injected", "日本語アリス", "a.b@c+d-e_f", "{}".format("x" * 120)]
)
def test_a_name_appears_as_text_and_nothing_else(client, mailbox, accounts, username):
    suffix = new_name("n")
    address = f"{suffix}@example.test"
    answer = client.post(
        "register/", {"username": f"{username}{suffix}", "email": address, "password": PASSWORD}
    )
    if answer.status == 400:
        assert list(answer.json) == ["username"]
        return
    mail = mailbox.wait(address)
    assert email.utils.parseaddr(mail["To"])[1] == address
    assert link_of(mail).count("token=") == 1


@pytest.mark.parametrize(
    "local",
    ["a'b", "a&b", "a`b", "a$b", "a{b}", "a|b", "a%b", "a=b", "a?b", "a#b", "a/b"],
)
def test_odd_but_valid_addresses_get_their_mail(client, mailbox, local):
    suffix = new_name("odd")
    address = f"{local}{suffix}@example.test"
    answer = client.post(
        "register/", {"username": suffix, "email": address, "password": PASSWORD}
    )
    assert answer.status == 201
    mail = mailbox.wait(address)
    assert email.utils.parseaddr(mail["To"])[1] == address


@pytest.mark.parametrize(
    "breaker", ["\r\nBcc: x@example.test", "\nX: y", "\r", "\x0b", "\u2028X: y"]
)
def test_nothing_typed_can_add_a_header(client, mailbox, accounts, breaker):
    suffix = new_name("inj")
    for username, address in (
        (f"{suffix}{breaker}", f"{suffix}@example.test"),
        (suffix, f"{suffix}{breaker}@example.test"),
        (suffix, f"{suffix}@example{breaker}.test"),
    ):
        answer = client.post(
            "register/", {"username": username, "email": address, "password": PASSWORD}
        )
        if answer.status == 201:
            # Trimmed at the end, as every text: then it is an ordinary name.
            assert breaker not in answer.text
    accounts.active()
    assert mailbox.to("x@example.test") == []
