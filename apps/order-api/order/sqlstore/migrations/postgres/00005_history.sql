-- +goose Up
-- +compatible
-- Each status that the order came to after it was placed, as "status@milliseconds ". Empty for orders of releases before
-- this one, and for the steps that such a release takes during a rollout.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS history TEXT NOT NULL DEFAULT '';
