-- Attempts: counting failures reads failures alone.
--
-- Feature: throttling.
-- Runs under: 5
--
-- A front end on a server logs all its users in from one address, thousands in an hour. With the
-- outcome in the key, counting the failures of the hour reads those and no row of a success; the
-- network at the end of the first key answers whether an account knows it without reading rows.

ALTER TABLE attempts
    DROP KEY attempts_account,
    DROP KEY attempts_network,
    ADD KEY attempts_account (account_key, kind, outcome, occurred_at, network),
    ADD KEY attempts_network (network, kind, outcome, occurred_at);
