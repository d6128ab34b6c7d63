-- One-time tokens: what the links in mails carry.
--
-- Feature: e-mail verification, password reset.
-- Runs under: 1
--
-- Only the SHA-256 digest of the secret is kept. The secret itself is derived by the mailer from the
-- id of the row and a key that is not in the database, so reading this table opens no account.

CREATE TABLE one_time_tokens (
    id BINARY(16) NOT NULL
        COMMENT 'Random; the secret is derived from it and a key outside of the database',
    purpose ENUM('verify_email', 'password_reset') NOT NULL
        COMMENT 'What the token may be used for',
    user_id BIGINT UNSIGNED NOT NULL
        COMMENT 'Whose token',
    email_key VARCHAR(254) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
        COMMENT 'The address it was made for; void once users.email_key differs',
    digest BINARY(32) NOT NULL
        COMMENT 'SHA-256 of the secret in the link',
    created_at DATETIME(6) NOT NULL
        COMMENT 'UTC',
    expires_at DATETIME(6) NOT NULL
        COMMENT 'UTC; refused from this moment on',
    used_at DATETIME(6) NULL
        COMMENT 'UTC; first use, NULL before',
    PRIMARY KEY (id),
    UNIQUE KEY one_time_tokens_digest (digest),
    KEY one_time_tokens_user (user_id, purpose),
    KEY one_time_tokens_expiry (expires_at),
    CONSTRAINT one_time_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='Digests of the secrets that mailed links carry';
