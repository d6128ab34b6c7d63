-- Mail: a notice to the owner of an address that somebody else gave at registration.
--
-- Feature: registration.
-- Runs under: 5
--
-- It is written only while registration.hide_taken_addresses is on. A mailer that does not know the
-- kind leaves the row to one that does.

ALTER TABLE mail_outbox
    MODIFY kind ENUM('verify_email', 'password_reset', 'registration_notice') NOT NULL
        COMMENT 'Which template';
