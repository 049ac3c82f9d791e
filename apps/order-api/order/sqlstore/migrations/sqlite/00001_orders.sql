-- +goose Up
CREATE TABLE orders (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    customer        TEXT    NOT NULL,
    -- What was ordered, as JSON, with names and prices of the time of reservation.
    items           TEXT    NOT NULL,
    total_cents     INTEGER NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN
        ('pending', 'confirmed', 'processing', 'shipped', 'delivered', 'rejected', 'cancelled')),
    -- Milliseconds since 1970, as all times here.
    placed_at       INTEGER NOT NULL,
    -- Why it was rejected, as JSON.
    problem         TEXT    NOT NULL DEFAULT '',
    idempotency_key TEXT    UNIQUE,
    fingerprint     TEXT    NOT NULL DEFAULT '',
    reservation     TEXT    NOT NULL DEFAULT '',
    -- When somebody may next take up what is left to do; absent if nothing is.
    due_at          INTEGER
);

CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_pending ON orders (placed_at) WHERE status = 'pending';
CREATE INDEX orders_status ON orders (status, id);
CREATE INDEX orders_customer ON orders (customer, id);

-- One row, written to by readiness checks.
CREATE TABLE probe (at INTEGER NOT NULL);
INSERT INTO probe (at) VALUES (0);

-- Releases before 00007_seeds.sql began with three orders here.
