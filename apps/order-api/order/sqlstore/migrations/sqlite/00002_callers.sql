-- +goose Up
-- +compatible
-- Whose idempotency_key it is, and the key as its caller wrote it. Rows of releases before this one have neither; until
-- those are gone, idempotency_key holds the key as they look for it, where no other caller has it.
ALTER TABLE orders ADD COLUMN key_scope TEXT;
ALTER TABLE orders ADD COLUMN client_key TEXT;
-- The total that the customer was shown, absent if the client did not say.
ALTER TABLE orders ADD COLUMN expected_cents INTEGER;

CREATE UNIQUE INDEX orders_caller_key ON orders (key_scope, client_key) WHERE client_key IS NOT NULL;
