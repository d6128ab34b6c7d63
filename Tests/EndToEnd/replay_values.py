"""The accounts behind the placeholders of reference_cases.py."""

import base64
import secrets

from accounts import PASSWORD, Accounts


def values_for(accounts: Accounts) -> tuple[dict[str, str], str]:
    """The placeholders' values, and the id of the active account."""
    active = accounts.active("active")
    user_id = accounts.user_id(active)
    values = {
        "user": active.username,
        "email": active.email,
        "password": PASSWORD,
        "inactive": accounts.inactive("inactive").username,
        "unique": "u" + secrets.token_hex(4),
        "uid": base64.urlsafe_b64encode(user_id.encode()).rstrip(b"=").decode(),
    }
    return values, user_id
