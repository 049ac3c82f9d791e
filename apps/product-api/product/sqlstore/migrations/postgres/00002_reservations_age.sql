-- +goose Up
-- +compatible
-- When the reservation came to stand where it stands, in milliseconds since 1970: what a reconciliation leaves out
-- because it is still moving. Replicas of the release before this one do not write it, so the database does.
ALTER TABLE reservations ADD COLUMN IF NOT EXISTS changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservations ALTER COLUMN changed_at
    SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
