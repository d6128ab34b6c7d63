-- The mail outbox: a mail is a row, written in the transaction that made its token.
--
-- Feature: mail.
-- Runs under: 1
--
-- No row holds a secret: the mailer derives the link when it sends. A row is leased before it is
-- sent, so that several mailers share the work and a killed one delays its mail and loses nothing.

CREATE TABLE mail_outbox (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
        COMMENT 'Order of arrival',
    message_id BINARY(16) NOT NULL
        COMMENT 'Random left part of the Message-ID header; fixed, so that a duplicate is recognised',
    kind ENUM('verify_email', 'password_reset') NOT NULL
        COMMENT 'Which template',
    user_id BIGINT UNSIGNED NOT NULL
        COMMENT 'Whom it is about',
    token_id BINARY(16) NULL
        COMMENT 'one_time_tokens.id of the link; a mail whose token is void is not sent',
    recipient VARCHAR(254) NOT NULL
        COMMENT 'The stored address of the user when the mail was written',
    state ENUM('queued', 'sent', 'expired', 'abandoned') NOT NULL DEFAULT 'queued'
        COMMENT 'expired: its token ended first; abandoned: the attempts were used up',
    attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0
        COMMENT 'How often sending was begun',
    next_attempt_at DATETIME(6) NOT NULL
        COMMENT 'UTC; not before this moment',
    lease_owner BINARY(16) NULL
        COMMENT 'The mailer that is sending it, NULL when nobody is',
    lease_until DATETIME(6) NULL
        COMMENT 'UTC; when another mailer may take it over',
    last_error VARCHAR(500) NULL
        COMMENT 'Why the last attempt failed; never holds a link',
    created_at DATETIME(6) NOT NULL
        COMMENT 'UTC',
    expires_at DATETIME(6) NOT NULL
        COMMENT 'UTC; of no use after this moment',
    finished_at DATETIME(6) NULL
        COMMENT 'UTC; when state became other than queued',
    PRIMARY KEY (id),
    UNIQUE KEY mail_outbox_message_id (message_id),
    KEY mail_outbox_due (state, next_attempt_at),
    KEY mail_outbox_finished (finished_at),
    KEY mail_outbox_user (user_id, kind, created_at),
    CONSTRAINT mail_outbox_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='Mails to send, and those sent lately';
