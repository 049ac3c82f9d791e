-- +goose Up
-- +compatible
-- What is in stock of a product that was taken out of sale; absent while it is on sale. Its stock is 0 then, so that releases
-- before this one, which do not know the column, do not sell it either.
ALTER TABLE products ADD COLUMN IF NOT EXISTS withdrawn BIGINT CHECK (withdrawn >= 0);
