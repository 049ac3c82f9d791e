-- +goose Up
CREATE INDEX orders_reservation ON orders (reservation);

-- What one replica at a time does every so often, and when it is due next, in milliseconds since 1970.
CREATE TABLE schedules (
    name   TEXT    PRIMARY KEY,
    due_at INTEGER NOT NULL
);
