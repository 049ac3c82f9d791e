-- +goose Up
CREATE TABLE products (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL CHECK (name <> ''),
    -- The name in lower case by Unicode's rules, which the database's own lower() does not know.
    search      TEXT    NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    stock       INTEGER NOT NULL CHECK (stock >= 0),
    version     INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE reservations (
    id         TEXT    PRIMARY KEY,
    status     TEXT    NOT NULL CHECK (status IN ('held', 'confirmed', 'released', 'refused', 'expired')),
    -- What was set aside, as JSON, with names and prices of that time.
    items      TEXT    NOT NULL,
    -- Why it was refused, as JSON.
    problem    TEXT    NOT NULL DEFAULT '',
    -- Milliseconds since 1970.
    expires_at INTEGER NOT NULL
);

CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'held';

-- One row, written to by readiness checks.
CREATE TABLE probe (at INTEGER NOT NULL);
INSERT INTO probe (at) VALUES (0);

-- Releases before 00004_seeds.sql began with five products here.
