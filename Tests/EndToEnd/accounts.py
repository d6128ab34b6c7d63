"""Accounts, made the way a client makes them."""

import secrets
from dataclasses import dataclass, replace

import jwt
from client import Answer, Client
from mailboxes import Mailbox, reset_parts, verification_token

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Account:
    username: str
    email: str
    password: str = PASSWORD


def new_name(stem: str = "user") -> str:
    return f"{stem}{secrets.token_hex(5)}"


class Accounts:
    def __init__(self, client: Client, mailbox: Mailbox) -> None:
        self.client = client
        self.mailbox = mailbox

    def inactive(self, stem: str = "user", password: str = PASSWORD) -> Account:
        """A registered account whose address is not verified yet."""
        name = new_name(stem)
        account = Account(name, f"{name}@example.test", password)
        answer = self.client.post("register/", vars(account))
        assert answer.status == 201, answer
        return account

    def active(self, stem: str = "user", password: str = PASSWORD) -> Account:
        """A registered account that followed the link of its mail."""
        account = self.inactive(stem, password)
        self.verify(account)
        return account

    def verify(self, account: Account) -> None:
        token = self.verification_token(account)
        assert self.client.get(f"verify-email/?token={token}").status == 200

    def verification_token(self, account: Account) -> str:
        return verification_token(self.mailbox.wait(account.email))

    def login(self, account: Account) -> Answer:
        return self.client.post(
            "login/", {"username": account.username, "password": account.password}
        )

    def tokens(self, account: Account) -> dict[str, str]:
        """The refresh and the access token of a new session."""
        answer = self.login(account)
        assert answer.status == 200, answer
        return answer.json

    def user_id(self, account: Account) -> str:
        claims = jwt.decode(
            self.tokens(account)["access"], options={"verify_signature": False}
        )
        return claims["user_id"]

    def reset_link(self, account: Account, mail_number: int = 2) -> tuple[str, str]:
        """Asks for a reset link and reads it: uidb64 and token. The first mail verifies."""
        answer = self.client.post("password-reset/", {"email": account.email})
        assert answer.status == 200, answer
        return reset_parts(self.mailbox.wait(account.email, mail_number))

    def with_password(self, account: Account, password: str) -> Account:
        return replace(account, password=password)
