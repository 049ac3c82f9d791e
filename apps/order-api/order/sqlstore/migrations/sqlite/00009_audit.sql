-- +goose Up
-- +compatible
-- What the shop's owner did, written in the transaction in which it was done. Nothing in it is of a customer. What replicas
-- of the release before this one do during a rollout is not in it.
DROP TABLE IF EXISTS audit;
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Milliseconds since 1970.
    at      INTEGER NOT NULL,
    -- A fingerprint of the admin key that was used.
    key     TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    detail  TEXT   NOT NULL
);
CREATE INDEX audit_at ON audit (at);
