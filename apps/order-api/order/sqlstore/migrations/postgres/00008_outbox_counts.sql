-- +goose Up
-- +compatible
-- What is left for a receiver is counted, and its oldest event found, without a look at all that is left for others, or is
-- dead.
CREATE INDEX outbox_pending ON outbox (receiver, at) WHERE dead_at IS NULL;
CREATE INDEX outbox_dead_letters ON outbox (receiver, id) WHERE dead_at IS NOT NULL;
