-- Mail: a notice to the owner of an account that its password was changed.
--
-- Feature: password reset.
-- Runs under: 5
--
-- It is written unless mail.password_changed_notice is off. A mailer that does not know the kind leaves
-- the row to one that does.

ALTER TABLE mail_outbox
    MODIFY kind ENUM('verify_email', 'password_reset', 'registration_notice', 'password_changed')
        NOT NULL COMMENT 'Which template';
