"""Finding out who has an account, by what is answered and by how long it takes."""

import itertools
import json
import random

import pytest
from accounts import PASSWORD, Account, new_name
from crowd import at_once
from figures import note
from mailboxes import text_of
from samples import Gap, asked, gap, take

ROUNDS = 2000
# Hashes of the cost that the timing tests run with, of a higher one and of a lower one. They cost little,
# so that everything else at a login weighs more and shows sooner.
PRESENT_HASH = "argon2$argon2id$v=19$m=8192,t=1,p=1$YWJjZGVmZ2hpamtsbW5vcA$" + "A" * 43
OLD_HASHES = {
    "dearer hash": "pbkdf2_sha256$20000$abcdefghijklmnopqrstuv$" + "A" * 43 + "=",
    "cheaper hash": "md5$abcdefghijklmnopqrstuv$" + "0" * 32,
}
# What makes an account of a class out of an active one, as SQL.
CLOSED = {
    "unverified": "is_active = 0, email_verified_at = NULL",
    "disabled": "is_active = 0",
    "no password": "password = '!'",
}
OLD = {name: f"password = '{stored}'" for name, stored in OLD_HASHES.items()}
OWNERS = {"active": "is_active = 1"} | CLOSED | OLD


def visible(answer) -> tuple:
    """All of an answer but the time of day."""
    headers = tuple(pair for pair in answer.headers if pair[0] not in ("Date", "X-Request-ID"))
    return answer.status, headers, answer.content


@pytest.fixture(scope="module")
def make_accounts(accounts, admin):
    """Accounts of a class, made from one by SQL; a hundred, or as many as are wanted below 10,000."""
    model = accounts.active()

    def make(change: str = OWNERS["active"], count: int = 100) -> list[Account]:
        stem = new_name()
        name = f"CONCAT('{stem}', LPAD(seq, 4, '0'))"
        email = f"CONCAT({name}, '@example.test')"
        admin.sql(
            "INSERT INTO users (username, username_key, email, email_key, password, is_active, "
            f"email_verified_at, date_joined) SELECT {name}, {name}, {email}, {email}, password, 1, "
            f"date_joined, date_joined FROM users, seq_1_to_{count} "
            f"WHERE username = '{model.username}';"
            f"UPDATE users SET {change} WHERE username LIKE '{stem}%'")
        names = [f"{stem}{n:04}" for n in range(1, count + 1)]
        return [Account(name, f"{name}@example.test") for name in names]

    return make


@pytest.fixture
def classes(make_accounts):
    """Accounts that no answer may tell apart, a hundred of each, of which no other test has guessed."""
    stem = new_name()
    return {
        "unknown": [Account(f"{stem}{n}", f"{stem}{n}@example.test") for n in range(100)],
        "wrong password": make_accounts(),
    } | {name: make_accounts(change) for name, change in CLOSED.items()}


@pytest.fixture(scope="module")
def hiding(start_responder):
    """A responder that hides taken addresses."""
    return start_responder(GATEREEVE_REGISTRATION_HIDE_TAKEN_ADDRESSES="true")


def log_in(responder, account: Account, address="192.0.2.1", password="wrong horse"):
    answer = responder.post(
        "login/", {"username": account.username, "password": password}, address)
    assert answer.status == 401, answer
    return answer


def ask_for_reset(responder, account: Account):
    return responder.post("password-reset/", {"email": account.email})


def register(responder, email: str, name: str | None = None, network="192.0.2.1"):
    return responder.post(
        "register/", {"username": name or new_name(), "email": email, "password": PASSWORD}, network)


def fresh_address() -> str:
    """One that nobody has, as long as those that `make_accounts` gives."""
    return f"{new_name()}0000@example.test"


def notices(admin, owners: list[Account]) -> set[int]:
    """How many notices of registrations were written to each of the owners."""
    names = ", ".join(f"'{owner.username}'" for owner in owners)
    counts = admin.sql(
        "SELECT COUNT(o.id) FROM users AS u LEFT JOIN mail_outbox AS o ON o.user_id = u.id "
        f"AND o.kind = 'registration_notice' WHERE u.username_key IN ({names}) GROUP BY u.id")
    assert len(counts) == len(owners)
    return {int(count) for count, in counts}


# --- Answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["login/", "password-reset/"])
def test_every_class_of_account_gets_the_same_bytes(client, classes, make_accounts, path):
    all_classes = classes | {name: make_accounts(change) for name, change in OLD.items()}
    answers = {
        name: client.post(path, {
            "username": accounts[0].username, "email": accounts[0].email, "password": "wrong horse"})
        for name, accounts in all_classes.items()
    }
    assert len({visible(answer) for answer in answers.values()}) == 1, answers


def test_the_right_password_of_a_closed_account_gets_the_same_bytes(client, classes):
    answers = [
        client.post("login/", {"username": accounts[1].username, "password": PASSWORD})
        for name, accounts in classes.items() if name != "wrong password"
    ]
    assert len({visible(answer) for answer in answers}) == 1


def test_a_taken_address_is_told_unless_the_settings_hide_it(client, accounts):
    owner = accounts.active()
    answer = client.post(
        "register/", {"username": new_name(), "email": owner.email, "password": PASSWORD})
    assert (answer.status, list(answer.json)) == (400, ["email"])


class TestHiddenAddresses:
    @pytest.mark.parametrize("owners", OWNERS)
    def test_a_taken_address_is_answered_like_any_other(self, hiding, make_accounts, admin, owners):
        (owner,) = make_accounts(OWNERS[owners], 1)
        heads = set()

        def ask(email: str) -> None:
            name = new_name()
            answer = register(hiding, email, name)
            local, domain = email.split("@")
            # The spelling that was sent, not the stored one.
            assert answer.text == json.dumps(
                {"username": name, "email": f"{local}@{domain.lower()}"}, separators=(",", ":"))
            heads.add((answer.status, answer.headers))

        ask(fresh_address())
        ask(fresh_address().upper())
        # The first of them writes a notice, the second does not.
        for email in (owner.email, owner.email.upper()):
            ask(email)
            assert notices(admin, [owner]) == {1}
        ((status, _),) = heads
        assert status == 201

    def test_the_owner_gets_a_notice_and_nothing_else_changes(
        self, hiding, accounts, admin, mailbox
    ):
        owner = accounts.active()
        session = accounts.tokens(owner)["refresh"]
        before = admin.sql(f"SELECT * FROM users WHERE username = '{owner.username}'")
        name = new_name("stranger")
        assert register(hiding, owner.email.upper(), name).status == 201
        mail = mailbox.wait(owner.email, 2)
        text = " ".join(text_of(mail).split())
        assert mail["Subject"] == "You have an account at Gatereeve already"
        assert "no new one was made, and nothing about yours has changed" in text
        assert name not in mail.as_string() and "http" not in text
        assert admin.sql(f"SELECT * FROM users WHERE username = '{owner.username}'") == before
        assert accounts.login(owner).status == 200
        assert hiding.post("login/refresh/", {"refresh": session}).status == 200

    def test_the_stranger_gets_an_account_that_nobody_can_open(self, hiding, accounts, admin, client):
        owner, name = accounts.active(), new_name()
        register(hiding, owner.email, name)
        ((email, is_active, reason),) = admin.sql(
            "SELECT u.email, u.is_active, a.reason FROM users AS u JOIN audit_events AS a "
            f"ON a.user_id = u.id WHERE u.username = '{name}'")
        assert email.endswith("@taken.invalid")
        assert (is_active, reason) == ("0", "address_taken")
        assert client.post("login/", {"username": name, "password": PASSWORD}).status == 401

    def test_a_second_registration_does_not_tell_either(self, hiding, accounts):
        owner, fresh = accounts.active(), f"{new_name()}@example.test"
        answers = []
        for email in (owner.email, fresh):
            name = new_name()
            assert register(hiding, email, name).status == 201
            # The name is taken in both cases, and the address again in both.
            same_name = register(hiding, f"{new_name()}@example.test", name)
            same_address = register(hiding, email)
            answers.append((same_name.status, same_name.content, same_address.status))
        assert answers[0] == answers[1]
        assert answers[0][0] == 400 and answers[0][2] == 201

    def test_faults_of_other_fields_do_not_tell_either(self, hiding, accounts):
        owner = accounts.active()
        answers = {
            register(hiding, email, "a b").content
            for email in (owner.email, f"{new_name()}@example.test")}
        assert len(answers) == 1

    def test_fifty_registrations_at_once_send_one_notice(self, hiding, accounts, admin):
        owner = accounts.active()
        found = at_once(50, lambda _: register(hiding, owner.email).status)
        assert set(found) <= {201, 503} and 201 in found
        (count,) = notices(admin, [owner])
        note("50 registrations with a taken address at once", f"{count} notice", "1")
        assert count == 1


def test_logout_tells_what_became_of_a_token_unless_the_settings_hide_it(
    start_responder, accounts, client
):
    silent = start_responder(GATEREEVE_TOKENS_LOGOUT_ACCEPTS_ANY="true")
    mine, others = (accounts.tokens(accounts.active())["refresh"] for _ in range(2))
    tokens = [mine, mine, mine[:-6] + "AAAAAA", "a.b.c", "", "x" * 5000]
    loud = [client.post("logout/", {"refresh": token}).status for token in tokens]
    assert loud[:4] == [205, 401, 401, 401]
    fresh = accounts.tokens(accounts.active())["refresh"]
    answers = {
        visible(silent.post("logout/", {"refresh": token}))
        for token in [fresh, fresh, mine, *tokens[2:4], tokens[5]]}
    assert len(answers) == 1 and next(iter(answers))[0] == 205
    assert client.post("login/refresh/", {"refresh": fresh}).status == 401
    assert client.post("login/refresh/", {"refresh": others}).status == 200


# --- Time ------------------------------------------------------------------------------------


def judge(subject: str, times: dict[str, list[float]], against: str) -> dict[str, Gap]:
    """Compares every kind with one of them, keeps the figures, and demands the bounds."""
    gaps = {kind: gap(times[kind], times[against]) for kind in times if kind != against}
    for kind, found in gaps.items():
        note(f"{subject}: {kind} against {against}", found, "within 1 ms, AUC 0.45 to 0.55")
    return gaps


def demand(gaps: dict[str, Gap]) -> None:
    for kind, found in gaps.items():
        assert found.low >= -1 and found.high <= 1, (kind, found)
        assert 0.45 <= found.auc <= 0.55, (kind, found)


# Each guess from another network, each account a few times: the limits are on.
TIMED = {
    "GATEREEVE_PASSWORDS_ARGON2_MEMORY": "8192", "GATEREEVE_PASSWORDS_ARGON2_ITERATIONS": "1",
    "GATEREEVE_LIMITS_ENABLED": "true", "GATEREEVE_LIMITS_RESET_MAILS_PER_NETWORK": "100000",
    "GATEREEVE_LIMITS_RESET_MAILS_PER_ACCOUNT": "1000",
    "GATEREEVE_LIMITS_REGISTRATIONS_PER_NETWORK": "100000",
}


@pytest.fixture
def timed(start_responder, admin):
    """Starts a responder on a table whose hashes have one cost, but for some accounts."""

    def start(old: str | None = None, accounts: list[Account] = (), **settings: str):
        admin.sql(f"UPDATE users SET password = '{PRESENT_HASH}' WHERE password <> '!'")
        if old:
            names = ", ".join(f"'{account.username}'" for account in accounts)
            admin.sql(
                f"UPDATE users SET password = '{OLD_HASHES[old]}' WHERE username IN ({names})")
        return start_responder(**TIMED, **settings)

    return start


def networks():
    """Addresses of clients, each in another network."""
    return (f"10.1.{n // 250 % 250}.{n % 250}" for n in itertools.count())


def guesses(responder, classes, password="wrong horse"):
    """A guess at some account of each class."""
    addresses = networks()

    def guess(accounts):
        turn = itertools.cycle(random.sample(accounts, len(accounts)))
        return lambda: log_in(responder, next(turn), next(addresses), password)

    return {name: guess(accounts) for name, accounts in classes.items()}


@pytest.mark.minutes
def test_a_refused_login_takes_the_same_time_for_every_class(timed, classes):
    times = take(guesses(timed(), classes), ROUNDS)
    demand(judge("login", times, "unknown"))


@pytest.mark.minutes
def test_the_right_password_of_a_closed_account_takes_the_same_time(
    timed, classes, make_accounts, admin
):
    responder, name = timed(), new_name()
    assert register(responder, fresh_address(), name).status == 201
    ((stored,),) = admin.sql(f"SELECT password FROM users WHERE username = '{name}'")
    closed = {
        f"right password, {kind}": make_accounts(f"{CLOSED[kind]}, password = '{stored}'")
        for kind in ("unverified", "disabled")}
    unknown = {"unknown": classes["unknown"]}
    times = take(guesses(responder, unknown | closed, PASSWORD), ROUNDS)
    demand(judge("login", times, "unknown"))


@pytest.mark.minutes
@pytest.mark.parametrize("old", ["dearer hash", "cheaper hash"])
def test_a_refused_login_takes_the_same_time_whatever_the_hash(
    timed, classes, make_accounts, old
):
    stored = make_accounts()
    responder = timed(old, stored)
    some = {name: classes[name] for name in ("unknown", "wrong password")} | {old: stored}
    times = take(guesses(responder, some), ROUNDS)
    demand(judge("login", times, "unknown"))


@pytest.mark.minutes
def test_a_reset_request_takes_the_same_time_for_every_class(timed, classes, make_accounts):
    old = "dearer hash"
    classes = classes | {old: make_accounts()}
    responder = timed(old, classes[old])

    def ask(accounts):
        turn = itertools.cycle(accounts)
        return lambda: ask_for_reset(responder, next(turn))

    times = take({name: ask(accounts) for name, accounts in classes.items()}, ROUNDS)
    demand(judge("password-reset", times, "unknown"))


@pytest.mark.minutes
@pytest.mark.parametrize("notice", ["written", "suppressed"])
def test_a_hidden_registration_takes_the_same_time(timed, make_accounts, admin, notice):
    # An owner gets one notice in an hour: where each request is to write one, nobody is asked for twice.
    writes = notice == "written"
    owners = {
        name: make_accounts(change, asked(ROUNDS) if writes else 100)
        for name, change in OWNERS.items() if name != "cheaper hash"}
    everyone = list(itertools.chain(*owners.values()))
    responder = timed(
        "dearer hash", owners["dearer hash"], GATEREEVE_REGISTRATION_HIDE_TAKEN_ADDRESSES="true")
    clients = networks()

    def ask(email: str) -> None:
        answer = register(responder, email, network=next(clients))
        assert answer.status == 201, answer

    def ask_for(some: list[Account]):
        turn = iter(some) if writes else itertools.cycle(some)
        return lambda: ask(next(turn).email)

    if not writes:
        for owner in everyone:
            ask(owner.email)
    assert notices(admin, everyone) == {0 if writes else 1}
    times = take(
        {"fresh": lambda: ask(fresh_address())}
        | {name: ask_for(some) for name, some in owners.items()}, ROUNDS)
    assert notices(admin, everyone) == {1}
    demand(judge(f"register, notice {notice}", times, "fresh"))
