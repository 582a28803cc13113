-- What was read of deployed commits: every path with its blob id, so that only facts of
-- new blobs have to be read.

-- +goose Up
CREATE TABLE listings (
    repository BIGINT NOT NULL,
    sha        TEXT NOT NULL, -- commit id
    reader     TEXT NOT NULL, -- versions and settings that the facts were read with
    data       BLOB NOT NULL,
    learned    BIGINT NOT NULL, -- when the oldest of the facts were read
    used       BIGINT NOT NULL,
    PRIMARY KEY (repository, sha)
);
CREATE INDEX listings_used ON listings (repository, used);
