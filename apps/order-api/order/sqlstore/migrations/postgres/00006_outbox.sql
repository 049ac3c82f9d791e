-- +goose Up
-- +compatible
-- What is still to be sent to webhooks: a row for each change of an order and each receiver, written in the transaction of
-- the change and removed once the receiver has accepted it.
DROP TABLE IF EXISTS outbox;
CREATE TABLE outbox (
    -- Greater for the later of two changes of an order. Never given twice.
    id          BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    -- What receivers tell duplicates by: random, and the same for all receivers.
    event       TEXT    NOT NULL,
    receiver    TEXT    NOT NULL,
    -- The change: which of the order's it is, and what of the order receivers are sent. No customer's name.
    order_id    BIGINT  NOT NULL,
    sequence    BIGINT  NOT NULL,
    status      TEXT    NOT NULL,
    items       TEXT    NOT NULL,
    total_cents BIGINT  NOT NULL,
    problem     TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    attempts    BIGINT  NOT NULL DEFAULT 0,
    -- When it may next be sent. Until then it is leased, or waits after an attempt that failed.
    due_at      BIGINT  NOT NULL,
    -- Since when it is not sent any more; absent while it is.
    dead_at     BIGINT,
    -- Why the last attempt failed.
    failure     TEXT    NOT NULL DEFAULT ''
);

CREATE INDEX outbox_due ON outbox (receiver, due_at) WHERE dead_at IS NULL;
CREATE INDEX outbox_order ON outbox (receiver, order_id, id);
CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL;
