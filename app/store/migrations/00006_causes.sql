-- The spans under which a row was made due since it was done last, in the form of
-- work.Cause: whoever does the work continues their trace.

-- +goose Up
ALTER TABLE work ADD COLUMN causes TEXT NOT NULL DEFAULT '';
