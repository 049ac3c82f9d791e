-- +goose Up
-- +compatible
-- When the reservation came to stand where it stands, in milliseconds since 1970: what a reconciliation leaves out
-- because it is still moving.
ALTER TABLE reservations ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
