-- The audit trail: a token that was ended by reuse is no rotation.
--
-- Feature: refresh-token rotation.
-- Runs under: 5
--
-- The reuse itself is an event of its own, with address and request: refresh_token_reused.

CREATE OR REPLACE VIEW audit_trail AS
    SELECT occurred_at, event, reason, user_id, actor, remote_address, request_id
    FROM audit_events
    UNION ALL
    SELECT occurred_at, IF(outcome = 'succeeded', 'login_succeeded', 'login_refused'),
        NULLIF(outcome, 'succeeded'), user_id, 'client', remote_address, request_id
    FROM attempts WHERE kind = 'login'
    UNION ALL
    SELECT blacklisted_at, IF(reason = 'logout', 'logged_out', 'refresh_token_rotated'),
        NULL, user_id, 'client', NULL, NULL
    FROM refresh_token_blacklist WHERE reason <> 'reuse';
