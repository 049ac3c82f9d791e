-- +goose Up
-- +compatible
-- What was answered under which Idempotency-Key. What a backup was restored over may have a table from later: its keys
-- stand for what the backup does not know.
DROP TABLE IF EXISTS product_requests;
CREATE TABLE product_requests (
    key         TEXT   PRIMARY KEY,
    -- Of what was asked for, so that the key does not answer for something else.
    fingerprint TEXT   NOT NULL,
    -- The product as it was answered, as JSON.
    answer      TEXT   NOT NULL,
    -- Milliseconds since 1970.
    at          BIGINT NOT NULL
);
CREATE INDEX product_requests_at ON product_requests (at);
