-- The audit trail: what happened to accounts, by whom, from where.
--
-- Feature: all.
-- Runs under: 1
--
-- No secret and nothing a client typed is written here: a password typed into the user name field
-- must not end in a table. There is no foreign key: the trail outlives the account.

CREATE TABLE audit_events (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
        COMMENT 'Order of writing',
    occurred_at DATETIME(6) NOT NULL
        COMMENT 'UTC',
    event VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'What happened: user_registered, login_succeeded, login_refused, …',
    reason VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL
        COMMENT 'Why, for refusals: wrong_password, no_such_user, inactive, …',
    user_id BIGINT UNSIGNED NULL
        COMMENT 'The account, NULL when there is none',
    actor VARCHAR(64) NOT NULL DEFAULT 'client'
        COMMENT 'client, or the system account of the administrator',
    remote_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL
        COMMENT 'IPv4 or IPv6 address of the client as nginx saw it',
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL
        COMMENT 'The id that nginx logged for the request',
    PRIMARY KEY (id),
    KEY audit_events_user (user_id, id),
    KEY audit_events_time (occurred_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='What happened to accounts';
