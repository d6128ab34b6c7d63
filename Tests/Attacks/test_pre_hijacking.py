"""Registering the address of somebody else, who then opens the link: `links.verify_email_asks_password`."""

import pytest
from accounts import PASSWORD, new_name
from crowd import at_once
from figures import note
from mailboxes import verification_token

LIMIT = 50
ASKING = {
    "GATEREEVE_LINKS_VERIFY_EMAIL_ASKS_PASSWORD": "true", "GATEREEVE_LIMITS_ENABLED": "true",
    "GATEREEVE_PASSWORDS_ARGON2_MEMORY": "8192", "GATEREEVE_PASSWORDS_ARGON2_ITERATIONS": "1",
}
VERIFIED = {"detail": "Email verified."}
WRONG = {"password": ["Wrong password."]}
NO_LINK = {"token": ["Invalid or expired token."]}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def service(start_responder):
    return start_responder(**ASKING)


class Registered:
    """An account that somebody registered with an address, and the token that went there."""

    def __init__(self, service, mailbox, password=PASSWORD) -> None:
        self.service, self.username, self.password = service, new_name(), password
        self.email = f"{self.username}@example.test"
        answer = service.post("register/", {
            "username": self.username, "email": self.email, "password": password})
        assert answer.status == 201, answer
        self.token = verification_token(mailbox.wait(self.email))

    def verify(self, token: str, password: str):
        return self.service.post("verify-email/", {"token": token, "password": password})

    def login(self, password: str | None = None):
        return self.service.post(
            "login/", {"username": self.username, "password": password or self.password})


@pytest.fixture
def registered(service, mailbox):
    return Registered(service, mailbox)


def test_who_registers_the_address_of_somebody_else_never_gets_in(service, mailbox, admin):
    account = Registered(service, mailbox, password="the attacker's own one")
    # The scanner of the mail opens the link, as a program and as a browser.
    for accept in ("*/*", BROWSER, "application/json"):
        for method in ("GET", "HEAD"):
            opened = service.get(
                f"/api/auth/verify-email/?token={account.token}", HTTP_ACCEPT=accept,
                REQUEST_METHOD=method)
            page = accept == BROWSER and method == "GET"
            assert opened.status == (200 if page else 405)
    # The owner of the mailbox opens it, too, and can only guess.
    for password in ("my own password", "", " ", "the attacker's own"):
        assert account.verify(account.token, password).status == 400
    # The attacker knows the password and not the link.
    for token in ("x", account.token[:-1], account.token.swapcase()):
        answer = account.verify(token, account.password)
        assert (answer.status, answer.json) == (400, NO_LINK)
    assert account.login().status == 401
    ((active, verified),) = admin.sql(
        "SELECT is_active, email_verified_at IS NOT NULL FROM users "
        f"WHERE username = '{account.username}'")
    assert (active, verified) == ("0", "0")


def test_who_registered_and_has_the_mailbox_gets_in_also_after_a_slip(registered):
    for _ in range(3):
        answer = registered.verify(registered.token, "correct horse bttery")
        assert (answer.status, answer.json) == (400, WRONG)
    for _ in range(2):
        answer = registered.verify(registered.token, PASSWORD)
        assert (answer.status, answer.json) == (200, VERIFIED)
    assert registered.login().status == 200


def test_guesses_count_with_those_of_logins_and_right_ones_do_not(registered, admin):
    def counted() -> int:
        ((count,),) = admin.sql(
            "SELECT COUNT(*) FROM attempts WHERE kind = 'login' "
            f"AND account_key = UNHEX(LEFT(SHA2('{registered.username}', 256), 32))")
        return int(count)

    assert registered.verify(registered.token, PASSWORD).status == 200
    assert counted() == 0
    for number in range(LIMIT - 10):
        assert registered.verify(registered.token, f"guess {number}").status == 400
    found = [answer.status for answer in at_once(
        60, lambda number: registered.verify(registered.token, f"guess again {number}"))]
    through = found.count(400) + LIMIT - 10
    note("100 passwords for one verification link", f"{through} got through", f"at most {LIMIT}")
    assert set(found) <= {400, 429, 503} and through <= LIMIT
    while (last := registered.verify(registered.token, "guess").status) != 429:
        assert last == 400
    refused = registered.verify(registered.token, PASSWORD)
    assert refused.status == 429 and int(refused.header("Retry-After")) >= 1
    assert registered.login().status == 429
    assert counted() <= LIMIT


def test_a_full_hashing_queue_refuses_it_before_anything_is_counted(
    start_responder, mailbox, admin, service
):
    account = Registered(service, mailbox)
    narrow = start_responder(
        **ASKING | {"GATEREEVE_HASHING_THREADS": "1", "GATEREEVE_HASHING_QUEUE_LIMIT": "1",
                    "GATEREEVE_PASSWORDS_ARGON2_MEMORY": "65536"})
    account.service = narrow
    answers = at_once(40, lambda _: account.verify(account.token, PASSWORD))
    found = {answer.status for answer in answers}
    assert found == {200, 503}
    assert {a.header("Retry-After") for a in answers if a.status == 503} == {"1"}
    assert account.login().status == 200
    ((failures,),) = admin.sql(
        "SELECT COUNT(*) FROM attempts WHERE kind = 'login' AND outcome <> 'succeeded' "
        f"AND account_key = UNHEX(LEFT(SHA2('{account.username}', 256), 32))")
    assert int(failures) == 0


def test_an_account_without_a_password_is_verified_by_its_link(service, admin, mailbox):
    name = new_name()
    assert admin.run(
        "user", "create", name, f"{name}@example.test", "--no-password").status == 0
    token = verification_token(mailbox.wait(f"{name}@example.test"))
    answer = service.post("verify-email/", {"token": token, "password": "none"})
    assert (answer.status, answer.json) == (200, VERIFIED)
    assert service.post("login/", {"username": name, "password": "none"}).status == 401


def test_by_default_the_link_is_enough_and_takes_no_post(client, mailbox, accounts):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    answer = client.post("verify-email/", {"token": token, "password": account.password})
    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD, OPTIONS")
    assert client.get(f"verify-email/?token={token}").status == 200
