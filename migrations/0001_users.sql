-- Users: one row for each account.
--
-- Feature: registration, login, password reset.
-- Runs under: 1
--
-- Uniqueness is an index on an explicit normal form that the service computes, never an accident
-- of a collation: the default collations take look-alike names for equal. `utf8mb4_nopad_bin`
-- compares bytes and does not ignore trailing spaces.
--
-- A site adds fields of its own as columns of this table; see docs/custom-user-fields.md.

CREATE TABLE users (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
        COMMENT 'Public id: the user_id claim of tokens, uidb64 in reset links',
    username VARCHAR(150) NOT NULL
        COMMENT 'As registered, in NFKC',
    username_key VARCHAR(450) NOT NULL
        COMMENT 'Compared form: NFKC with case folded (up to three characters for one)',
    email VARCHAR(254) NOT NULL
        COMMENT 'As registered, with the domain in lower case; mail goes to this spelling',
    email_key VARCHAR(254) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'Compared form: ASCII lower case, the domain as A-labels',
    password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'Encoded hash with its parameters; starts with ! when no password can match',
    is_active BOOLEAN NOT NULL DEFAULT FALSE
        COMMENT 'May log in and refresh; set by e-mail verification or an administrator',
    email_verified_at DATETIME(6) NULL
        COMMENT 'UTC; when the address was verified, NULL before',
    session_generation INT UNSIGNED NOT NULL DEFAULT 0
        COMMENT 'Refresh tokens of an older generation are refused; raised to end all sessions',
    sessions_ended_at DATETIME(6) NULL
        COMMENT 'UTC; refresh tokens that carry no generation are refused if issued up to here',
    date_joined DATETIME(6) NOT NULL
        COMMENT 'UTC; when the account was registered',
    last_login DATETIME(6) NULL
        COMMENT 'UTC; recorded only while the setting login.record_last_login is on',
    PRIMARY KEY (id),
    UNIQUE KEY users_username_key (username_key),
    UNIQUE KEY users_email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='Accounts';
