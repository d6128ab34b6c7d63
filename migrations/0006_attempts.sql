-- Attempts: what is counted to slow down whoever guesses passwords or floods mailboxes.
--
-- Feature: throttling.
-- Runs under: 5
--
-- A login is written down before its password is compared, so that two hundred at once cannot slip
-- past the count; a good one is then marked. All instances share the count. The rows are the record
-- of logins, too: see the view audit_trail.

CREATE TABLE attempts (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
        COMMENT 'Order of writing',
    kind ENUM('login', 'password_reset', 'registration') NOT NULL
        COMMENT 'What was tried',
    account_key BINARY(16) NOT NULL
        COMMENT 'Digest of the compared form of the name or address, whether or not it exists',
    network VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'IPv4 address, or the first 64 bits of the IPv6 address, of the client',
    occurred_at DATETIME(6) NOT NULL
        COMMENT 'UTC',
    outcome VARCHAR(20) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'succeeded, or why not: wrong_password, no_such_user, inactive, …',
    user_id BIGINT UNSIGNED NULL
        COMMENT 'The account, NULL when there is none',
    remote_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL
        COMMENT 'The whole address of the client as nginx saw it',
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL
        COMMENT 'The id that nginx logged for the request',
    PRIMARY KEY (id),
    KEY attempts_account (account_key, kind, occurred_at),
    KEY attempts_network (network, kind, occurred_at),
    KEY attempts_user (user_id, id),
    KEY attempts_time (occurred_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='What is counted for throttling, and the record of logins';

-- Everything that happened to accounts, whichever table recorded it in the transaction that did it.
CREATE VIEW audit_trail AS
    SELECT occurred_at, event, reason, user_id, actor, remote_address, request_id
    FROM audit_events
    UNION ALL
    SELECT occurred_at, IF(outcome = 'succeeded', 'login_succeeded', 'login_refused'),
        NULLIF(outcome, 'succeeded'), user_id, 'client', remote_address, request_id
    FROM attempts WHERE kind = 'login'
    UNION ALL
    SELECT blacklisted_at, IF(reason = 'logout', 'logged_out', 'refresh_token_rotated'),
        NULL, user_id, 'client', NULL, NULL
    FROM refresh_token_blacklist;
