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

-- Orders of the shop before this one, with the items that their totals add up to. They never reserved any stock.
INSERT INTO orders (id, customer, items, total_cents, status, placed_at) VALUES
    (1, 'John Doe', '[{"product_id":1,"name":"Laptop","price":999.99,"quantity":1},'
        || '{"product_id":4,"name":"Monitor","price":299.99,"quantity":1}]', 129998, 'delivered', 1727740800000),
    (2, 'Jane Smith', '[{"product_id":3,"name":"Keyboard","price":79.99,"quantity":1}]',
        7999, 'processing', 1728518400000),
    (3, 'Bob Johnson', '[{"product_id":4,"name":"Monitor","price":299.99,"quantity":1},'
        || '{"product_id":5,"name":"Headphones","price":149.99,"quantity":2}]', 59997, 'shipped', 1728345600000);
