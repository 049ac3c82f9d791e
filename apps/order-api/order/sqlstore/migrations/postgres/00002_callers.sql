-- +goose Up
-- +compatible
-- Whose idempotency_key it is, and the key as its caller wrote it. Rows of releases before this one have neither; until
-- those are gone, idempotency_key holds the key as they look for it, where no other caller has it.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS key_scope TEXT;
ALTER TABLE orders ADD COLUMN IF NOT EXISTS client_key TEXT;
-- The total that the customer was shown, absent if the client did not say.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS expected_cents BIGINT;

CREATE UNIQUE INDEX IF NOT EXISTS orders_caller_key ON orders (key_scope, client_key) WHERE client_key IS NOT NULL;
