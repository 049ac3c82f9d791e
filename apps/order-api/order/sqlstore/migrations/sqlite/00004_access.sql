-- +goose Up
-- +compatible
-- A sum of the secret of the visitor whose order it is; absent where nobody said. And the secret of this order: whoever
-- has it may see the order. Orders of releases before this one have neither: they are their operator's to see.
ALTER TABLE orders ADD COLUMN owner TEXT;
ALTER TABLE orders ADD COLUMN access TEXT;

CREATE INDEX orders_owner ON orders (owner, id) WHERE owner IS NOT NULL;
