-- The blacklist: refresh tokens that are refused although they have not expired.
--
-- Feature: logout, refresh-token rotation.
-- Runs under: 1
--
-- The primary key is time-ordered for tokens of this service, so that inserts stay at one end of the
-- tree however large the table grows. There is no foreign key: deleting a user must not touch
-- millions of rows, and a row does no harm until it expires and is purged.

CREATE TABLE refresh_token_blacklist (
    token_id BINARY(16) NOT NULL
        COMMENT 'The jti claim: its 16 bytes, or a digest of another form',
    user_id BIGINT UNSIGNED NULL
        COMMENT 'Whose token, NULL when the token names nobody',
    reason ENUM('logout', 'rotation') NOT NULL
        COMMENT 'What ended the token',
    blacklisted_at DATETIME(6) NOT NULL
        COMMENT 'UTC',
    expires_at DATETIME(6) NOT NULL
        COMMENT 'UTC; when the token ends by itself, after which the row may be purged',
    PRIMARY KEY (token_id),
    KEY refresh_token_blacklist_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='Refresh tokens ended before their time';
