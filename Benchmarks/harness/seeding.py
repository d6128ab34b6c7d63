"""Fills a database of the product with as many accounts and ended tokens as a test wants."""

import time

from .database import Database
from .systems import Gatereeve
from .systems.system import PASSWORD

# The statements run as one transaction each. Without the checks InnoDB sorts the rows of an empty
# table and builds its trees from below, in minutes and not in hours; the rows keep the rules.
_FAST = "SET unique_checks = 0, foreign_key_checks = 0;"

_USERS = """
INSERT INTO users (id, username, username_key, email, email_key, password, is_active,
    email_verified_at, date_joined)
SELECT seq, CONCAT('member', seq), CONCAT('member', seq), CONCAT('member', seq, '@example.org'),
    CONCAT('member', seq, '@example.org'), '{hash}', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
FROM seq_1_to_{rows};
"""

# Names as the service makes them: time, then chance. The times are those of the day that has passed.
_ENDED_TOKENS = """
SET @first = UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) * 1000 - 86400000;
INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
SELECT UNHEX(CONCAT(LPAD(HEX(CAST(@first + seq * 86400000 / {rows} AS UNSIGNED)), 12, '0'),
        '80008', RIGHT(MD5(seq), 15))),
    seq, 'logout', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL seq * 86400 / {rows} SECOND
FROM seq_1_to_{rows};
"""

_EXPIRED_TOKENS = """
SET @first = UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) * 1000 - 3 * 86400000;
INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
SELECT UNHEX(CONCAT(LPAD(HEX(CAST(@first + seq * 86400000 / {rows} AS UNSIGNED)), 12, '0'),
        '80008', RIGHT(MD5(seq), 15))),
    seq, 'logout', UTC_TIMESTAMP(6) - INTERVAL 2 DAY,
    UTC_TIMESTAMP(6) - INTERVAL 2 DAY + INTERVAL seq * 43200 / {rows} SECOND
FROM seq_1_to_{rows};
"""


def fill(database: Database, system: Gatereeve, rows: int) -> None:
    """Accounts member1, member2, … with the usual password, and as many ended tokens."""
    system.expect("register", username="first", email="first@example.org", password=PASSWORD)
    stored = database.sql("SELECT password FROM users", system.schema).strip()
    # An empty table again, or the rows would go in one by one.
    database.sql("SET foreign_key_checks = 0; TRUNCATE mail_outbox; TRUNCATE one_time_tokens;"
                 "TRUNCATE users;", system.schema)
    database.sql(_FAST + _USERS.format(hash=stored, rows=rows), system.schema)
    database.sql(_FAST + _ENDED_TOKENS.format(rows=rows), system.schema)
    database.sql("ANALYZE TABLE users, refresh_token_blacklist", system.schema)


def add_expired_tokens(database: Database, system: Gatereeve, rows: int) -> None:
    """Ended tokens that a purge may remove; they are the oldest."""
    database.sql(_EXPIRED_TOKENS.format(rows=rows), system.schema)


def write_pages(database: Database, patience: float = 300) -> None:
    """Lets the server write what it holds in memory, so that this is not measured."""
    usual = database.sql("SELECT @@innodb_max_dirty_pages_pct").strip()
    database.sql("SET GLOBAL innodb_max_dirty_pages_pct = 0")
    query = "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'"
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        # The server goes on to write a few pages of its own.
        if int(database.sql(query).split()[1]) < 100:
            break
        time.sleep(0.2)
    database.sql(f"SET GLOBAL innodb_max_dirty_pages_pct = {usual}")
