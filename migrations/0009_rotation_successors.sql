-- Refresh tokens: which one took the place of a spent one, and tokens that were ended by its reuse.
--
-- Feature: refresh-token rotation.
-- Runs under: 5
--
-- Written while tokens.rotation_grace_period is above 0. Who shows a spent token again soon gets the
-- same successor, made anew from these columns; who shows it later ends the newest token of the chain,
-- which the successors lead to. A program that does not know the columns leaves them empty, and refuses
-- a token for whatever reason it was ended.

ALTER TABLE refresh_token_blacklist
    MODIFY reason ENUM('logout', 'rotation', 'reuse') NOT NULL
        COMMENT 'What ended the token; reuse: one that it descends from was shown again',
    ADD COLUMN successor_id BINARY(16) NULL
        COMMENT 'The jti claim of the token that took its place, issued at blacklisted_at',
    ADD COLUMN successor_expires_at DATETIME(6) NULL
        COMMENT 'UTC; when that token ends by itself';
