"""gatereeve user: every command, by what clients see afterwards."""

import pytest
from accounts import Account, new_name
from administration import Administrator
from mailboxes import verification_token

PASSWORD = "correct horse battery"
NO_ACCOUNT = {"detail": "No active account found with the given credentials"}


@pytest.fixture(scope="module")
def admin(started_product):
    return Administrator(started_product)


@pytest.fixture
def made(admin):
    """An active account that the administrator made."""
    name = new_name("made")
    outcome = admin.run(
        "user", "create", name, f"{name}@example.test", "--active", input=PASSWORD + "\n"
    )
    assert outcome.status == 0, outcome
    return Account(name, f"{name}@example.test")


def refresh(client, pair) -> int:
    return client.post("login/refresh/", {"refresh": pair["refresh"]}).status


# --- Making accounts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", [PASSWORD, " spaces around ", "пароль для входа", "tab\tinside it", "no line end"]
)
def test_a_password_from_standard_input_is_kept_as_it_is(admin, accounts, password):
    name = new_name()
    line_end = "" if password == "no line end" else "\n"
    outcome = admin.run(
        "user", "create", name, f"{name}@example.test", "--active", input=password + line_end
    )
    assert outcome.status == 0, outcome
    assert "is active." in outcome.output
    assert accounts.login(Account(name, "", password)).status == 200


def test_only_the_first_line_is_the_password(admin, accounts):
    name = new_name()
    admin.run("user", "create", name, f"{name}@example.test", "--active",
              input=PASSWORD + "\r\nmore\n")
    assert accounts.login(Account(name, "")).status == 200


def test_an_inactive_account_is_verified_by_its_mail(admin, accounts, client, mailbox):
    name = new_name()
    outcome = admin.run("user", "create", name, f"{name}@example.test", input=PASSWORD)
    assert outcome.status == 0
    assert "a mail with a link is on its way" in outcome.output
    account = Account(name, f"{name}@example.test")
    assert accounts.login(account).json == NO_ACCOUNT
    accounts.verify(account)
    assert accounts.login(account).status == 200


def test_an_account_without_password_is_opened_by_a_reset_alone(admin, accounts, client):
    name = new_name()
    account = Account(name, f"{name}@example.test")
    outcome = admin.run("user", "create", name, account.email, "--active", "--no-password")
    assert outcome.status == 0
    assert admin.json("user", "show", name)["password"] == "none"
    for password in ["", "!", PASSWORD]:
        assert accounts.login(Account(name, "", password)).status in (400, 401)
    uid, token = accounts.reset_link(account, mail_number=1)
    answer = client.patch(f"password-reset-confirm/{uid}/{token}/", {"password": PASSWORD})
    assert answer.status in (200, 205)
    assert accounts.login(account).status == 200


@pytest.mark.parametrize(
    "username, email, password, sentence",
    [
        ("a b", None, PASSWORD, "username: Enter a valid username."),
        (None, "nobody", PASSWORD, "email: Enter a valid email address."),
        (None, None, "password1", "password: This password is too common."),
        (None, None, "short", "password: This password is too short."),
        (None, None, "86420975310", "password: This password is entirely numeric."),
        ("horse.battery", None, "horse.battery", "password: The password is too similar"),
        ("x" * 151, None, PASSWORD, "username: Ensure this field has no more than 150"),
    ],
)
def test_the_rules_of_registration_hold(admin, username, email, password, sentence):
    name = new_name()
    outcome = admin.run(
        "user", "create", username or name, email or f"{name}@example.test", "--active",
        input=password,
    )
    assert outcome.status == 1
    assert sentence in outcome.complaint
    assert outcome.output == ""
    assert admin.json("user", "list", "--search", name) == []


def test_names_and_addresses_of_others_are_taken_in_any_spelling(admin, account):
    outcome = admin.run(
        "user", "create", account.username.upper(), account.email.upper(), input=PASSWORD
    )
    assert outcome.status == 1
    assert "username: A user with that username already exists." in outcome.complaint
    assert "email: user with this email already exists." in outcome.complaint


@pytest.mark.parametrize("input", ["", "\n", "\r\n"])
def test_no_password_is_no_account(admin, input):
    name = new_name()
    outcome = admin.run("user", "create", name, f"{name}@example.test", input=input)
    assert outcome.status == 64
    assert admin.run("user", "show", name).status == 2


def test_a_password_cannot_stand_on_the_command_line(admin):
    name = new_name()
    outcome = admin.run(
        "user", "create", name, f"{name}@example.test", "--password", PASSWORD
    )
    assert outcome.status == 64
    assert admin.run("user", "show", name).status == 2


# --- At a terminal ---------------------------------------------------------------------------


def test_a_terminal_is_asked_twice_and_shows_nothing(admin, accounts):
    name = new_name()
    terminal = admin.at_terminal("user", "create", name, f"{name}@example.test", "--active")
    terminal.wait_for("Password: ")
    terminal.type(PASSWORD + "\n")
    terminal.wait_for("The same again: ")
    terminal.type(PASSWORD + "\n")
    outcome = terminal.finish()
    assert outcome.status == 0
    assert PASSWORD not in outcome.output
    assert accounts.login(Account(name, "")).status == 200


def test_two_passwords_that_differ_change_nothing(admin, accounts, account):
    terminal = admin.at_terminal("user", "set-password", account.username)
    terminal.wait_for("Password: ")
    terminal.type("another good password\n")
    terminal.wait_for("The same again: ")
    terminal.type("another good passwort\n")
    outcome = terminal.finish()
    assert outcome.status == 64
    assert "differ" in outcome.output
    assert accounts.login(account).status == 200


def test_control_c_at_the_password_changes_nothing(admin, accounts, account):
    terminal = admin.at_terminal("user", "set-password", account.username)
    terminal.wait_for("Password: ")
    terminal.type("another\x03")
    assert terminal.finish().status == 130
    assert accounts.login(account).status == 200


@pytest.mark.parametrize("answer, status", [("yes", 0), ("no", 1), ("y", 1), ("", 1)])
def test_deleting_asks_first(admin, made, answer, status):
    terminal = admin.at_terminal("user", "delete", made.username)
    terminal.wait_for("Type yes: ")
    assert made.email in terminal.shown
    terminal.type(answer + "\n")
    assert terminal.finish().status == status
    assert admin.run("user", "show", made.username).status == (2 if status == 0 else 0)


# --- Changing accounts -----------------------------------------------------------------------


def test_deleting_needs_a_word_where_nobody_can_be_asked(admin, made, accounts):
    refused = admin.run("user", "delete", made.username, input="yes\n")
    assert refused.status == 64
    assert "--yes" in refused.complaint
    assert accounts.login(made).status == 200
    assert admin.run("user", "delete", made.username, "--yes").status == 0
    assert accounts.login(made).json == NO_ACCOUNT
    again = admin.run("user", "create", made.username, made.email, "--active", input=PASSWORD)
    assert again.status == 0


def test_a_refresh_token_of_a_deleted_user_is_refused(admin, made, accounts, client):
    pair = accounts.tokens(made)
    admin.run("user", "delete", made.username, "--yes")
    assert refresh(client, pair) == 401


def test_deactivating_ends_everything_and_activating_brings_back_the_login(
    admin, accounts, client, mailbox
):
    account = accounts.inactive()
    link = verification_token(mailbox.wait(account.email))
    assert admin.run("user", "activate", account.username).status == 0
    pair = accounts.tokens(account)
    assert refresh(client, pair) == 200
    assert admin.run("user", "deactivate", account.email).status == 0
    assert accounts.login(account).json == NO_ACCOUNT
    assert refresh(client, pair) == 401
    assert client.get(f"verify-email/?token={link}").status == 400
    assert accounts.login(account).json == NO_ACCOUNT
    assert admin.run("user", "activate", account.username).status == 0
    assert refresh(client, pair) == 401
    assert accounts.login(account).status == 200


def test_a_new_password_ends_sessions_and_links(admin, accounts, client, account):
    pair = accounts.tokens(account)
    uid, token = accounts.reset_link(account)
    outcome = admin.run("user", "set-password", account.username, input="another good password")
    assert outcome.status == 0, outcome
    assert accounts.login(account).json == NO_ACCOUNT
    assert accounts.login(accounts.with_password(account, "another good password")).status == 200
    assert refresh(client, pair) == 401
    answer = client.patch(f"password-reset-confirm/{uid}/{token}/", {"password": PASSWORD + "!"})
    assert answer.status == 400


def test_the_owner_is_told_of_a_new_password_unless_the_setting_says_no(
    admin, accounts, mailbox, account
):
    def set_password(**environment):
        outcome = admin.run(
            "user", "set-password", account.username, input="another good password",
            **environment)
        assert outcome.status == 0, outcome

    set_password(GATEREEVE_MAIL_PASSWORD_CHANGED_NOTICE="false")
    assert len(admin.json("outbox", "list", "--user", account.username)) == 1
    set_password()
    mail = mailbox.wait(account.email, 2)
    assert mail["Subject"].endswith(" was changed")
    assert "another good password" not in mail.as_string()


def test_a_new_password_must_be_a_good_one(admin, accounts, account):
    outcome = admin.run("user", "set-password", account.username, input="password1")
    assert outcome.status == 1
    assert "too common" in outcome.complaint
    similar = admin.run("user", "set-password", account.username, input=account.username)
    assert "too similar to the username" in similar.complaint
    assert accounts.login(account).status == 200


def test_revoking_ends_sessions_and_leaves_the_login(admin, accounts, client, account):
    pair = accounts.tokens(account)
    assert admin.run("user", "revoke-tokens", account.username).status == 0
    assert refresh(client, pair) == 401
    assert refresh(client, accounts.tokens(account)) == 200


def test_a_verification_mail_that_is_sent_again_voids_the_one_before(
    admin, accounts, client, mailbox
):
    account = accounts.inactive()
    old = verification_token(mailbox.wait(account.email))
    assert admin.run("user", "resend-verification", account.username).status == 0
    new = verification_token(mailbox.wait(account.email, 2))
    assert client.get(f"verify-email/?token={old}").status == 400
    assert client.get(f"verify-email/?token={new}").status == 200
    assert accounts.login(account).status == 200
    refused = admin.run("user", "resend-verification", account.username)
    assert refused.status == 1
    assert "is verified" in refused.complaint


# --- Finding and showing ---------------------------------------------------------------------


def test_a_user_is_found_by_name_address_and_number(admin, account):
    shown = admin.json("user", "show", account.username)
    number = shown["id"]
    for text in [str(number), f"id:{number}", account.email.upper(),
                 f"name:{account.username.upper()}", f"email:{account.email}"]:
        assert admin.json("user", "show", text)["id"] == number


def test_a_text_that_means_several_users_is_refused(admin, account):
    number = admin.json("user", "show", account.username)["id"]
    name = new_name()
    assert admin.run("user", "create", str(number), f"{name}@example.test", "--active",
                     "--no-password").status == 0
    for command in [["show"], ["deactivate"], ["delete", "--yes"]]:
        outcome = admin.run("user", command[0], str(number), *command[1:])
        assert outcome.status == 64
        assert f"id:{number}  {account.username}" in outcome.complaint
    assert admin.json("user", "show", f"name:{number}")["email"] == f"{name}@example.test"
    assert admin.run("user", "delete", f"name:{number}", "--yes").status == 0


@pytest.mark.parametrize(
    "command",
    [["show"], ["activate"], ["deactivate"], ["revoke-tokens"], ["resend-verification"],
     ["set-password"], ["delete", "--yes"]],
)
def test_a_user_who_is_not_there_is_told_by_the_exit_code(admin, command):
    outcome = admin.run("user", command[0], "nobody-at-all", *command[1:], input=PASSWORD)
    assert outcome.status == 2
    assert outcome.output == ""
    assert 'There is no user "nobody-at-all".' in outcome.complaint


def test_a_user_is_shown_with_links_and_mails(admin, accounts, account):
    accounts.reset_link(account)
    shown = admin.json("user", "show", account.username)
    assert shown["username"] == account.username
    assert shown["email"] == account.email
    assert shown["is_active"] is True
    assert shown["password"] == "argon2"
    assert shown["email_verified_at"] is not None
    assert [link["purpose"] for link in shown["open_links"]] == ["password_reset"]
    assert [mail["kind"] for mail in shown["mails"]] == ["password_reset", "verify_email"]
    text = admin.run("user", "show", account.username).output
    assert f"username            {account.username}\n" in text
    assert "state               active\n" in text


def test_users_are_listed_in_pages(admin, accounts):
    stem = new_name("page")
    for number in range(3):
        admin.run("user", "create", f"{stem}.{number}", f"{stem}.{number}@example.test",
                  "--no-password")
    admin.run("user", "activate", f"{stem}.1")

    def names(*arguments):
        return [user["username"] for user in
                admin.json("user", "list", "--search", stem, *arguments)]

    assert names() == [f"{stem}.{number}" for number in range(3)]
    assert names("--active") == [f"{stem}.1"]
    assert names("--inactive") == [f"{stem}.0", f"{stem}.2"]
    first = admin.run("user", "list", "--search", stem, "--limit", "2", "--json")
    assert len(first.json) == 2
    last = first.json[-1]["id"]
    assert f"--after {last}" in first.complaint
    assert names("--after", str(last)) == [f"{stem}.2"]
    table = admin.run("user", "list", "--search", stem).output.splitlines()
    assert table[0].split() == ["id", "username", "email", "state", "verified", "registered"]
    assert len(table) == 4


@pytest.mark.parametrize(
    "arguments",
    [["user", "list", "--limit", "0"], ["user", "list", "--active", "--inactive"],
     ["user", "show"], ["user", "create", "ada"], ["audit", "--since", "yesterday"],
     ["outbox", "retry"], ["outbox", "retry", "1", "--all-abandoned"],
     ["outbox", "list", "--state", "lost"], ["bench-hash", "--threads", "0"], ["token", "peek"]],
)
def test_a_wrong_command_line_is_told_by_the_exit_code(admin, arguments):
    assert admin.run(*arguments).status == 64


@pytest.mark.parametrize(
    "arguments",
    [["user", "list"], ["user", "show", "ada"], ["audit"], ["outbox", "list"], ["purge"],
     ["token", "inspect"], ["doctor"]],
)
def test_faults_in_the_settings_are_told_by_the_exit_code(admin, arguments):
    outcome = admin.run(*arguments, GATEREEVE_SERVER_WORKERS="many")
    assert outcome.status == 78
    assert "server.workers" in outcome.complaint


@pytest.mark.parametrize(
    "arguments", [["user", "list"], ["audit"], ["outbox", "list"], ["purge"]]
)
def test_a_database_that_is_away_is_told_by_the_exit_code(admin, arguments):
    outcome = admin.run(*arguments, GATEREEVE_DATABASE_SOCKET="/nowhere")
    assert outcome.status == 1
    assert "No connection to the database" in outcome.complaint
