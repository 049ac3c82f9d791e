-- +goose Up
-- +compatible
-- Which first rows were put into this database, each once in its life: they never come back. A database that an earlier
-- release made began with products in its first version, and is never given any again, whatever became of them.
DROP TABLE IF EXISTS seeds;
CREATE TABLE seeds (
    name TEXT PRIMARY KEY,
    -- Milliseconds since 1970; 0 is before this was written down.
    at   BIGINT NOT NULL
);
INSERT INTO seeds (name, at) SELECT 'demo', 0
WHERE EXISTS (SELECT 1 FROM products)
    OR pg_sequence_last_value(pg_get_serial_sequence('products', 'id')::regclass) IS NOT NULL;
