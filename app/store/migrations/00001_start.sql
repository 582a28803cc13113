-- Times are UTC milliseconds, 0 for never. Repositories are known by GitHub's
-- numeric id, because names change.

-- +goose Up
CREATE TABLE deliveries (
    id           TEXT PRIMARY KEY, -- X-GitHub-Delivery: a redelivery has the same
    event        TEXT NOT NULL,
    action       TEXT NOT NULL,
    installation BIGINT NOT NULL,
    repository   BIGINT NOT NULL,
    received     BIGINT NOT NULL,
    payload      BLOB, -- until done
    done         BIGINT NOT NULL
);
CREATE INDEX deliveries_received ON deliveries (received);

CREATE TABLE work (
    key     TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    want    BIGINT NOT NULL, -- a level: due while want > done
    done    BIGINT NOT NULL,
    rerun   BIGINT NOT NULL, -- the level at which a new run was asked for
    lease   BIGINT NOT NULL, -- until when it is held; 0: by nobody
    token   BIGINT NOT NULL, -- fencing: grows with every claim
    next    BIGINT NOT NULL, -- not before
    since   BIGINT NOT NULL, -- due since
    tries   BIGINT NOT NULL,
    every   BIGINT NOT NULL, -- milliseconds; 0: not scheduled
    parked  BOOLEAN NOT NULL,
    resumed BOOLEAN NOT NULL, -- an earlier holder ended without success
    reason  TEXT NOT NULL
);
CREATE INDEX work_due ON work (next) WHERE want > done AND NOT parked;

-- What a delivery waits for; a row goes when its level is done.
CREATE TABLE delivery_work (
    delivery TEXT NOT NULL,
    key      TEXT NOT NULL,
    want     BIGINT NOT NULL,
    PRIMARY KEY (delivery, key)
);
CREATE INDEX delivery_work_key ON delivery_work (key, want);

CREATE TABLE repositories (
    id           BIGINT PRIMARY KEY,
    installation BIGINT NOT NULL,
    owner        TEXT NOT NULL,
    name         TEXT NOT NULL
);

CREATE TABLE pulls (
    repository BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    head       TEXT NOT NULL,
    base_ref   TEXT NOT NULL,
    open       BOOLEAN NOT NULL,
    updated    BIGINT NOT NULL, -- the newest payload's time
    changed    BIGINT NOT NULL, -- when the row was written last
    PRIMARY KEY (repository, number)
);
CREATE INDEX pulls_head ON pulls (repository, head);

-- Every head a pull request is known to have had.
CREATE TABLE pull_heads (
    repository BIGINT NOT NULL,
    sha        TEXT NOT NULL,
    number     BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    PRIMARY KEY (repository, sha, number)
);

CREATE TABLE merge_groups (
    repository BIGINT NOT NULL,
    head       TEXT NOT NULL,
    base       TEXT NOT NULL,
    base_ref   TEXT NOT NULL,
    open       BOOLEAN NOT NULL,
    seen       BIGINT NOT NULL,
    PRIMARY KEY (repository, head)
);

CREATE TABLE verdicts (
    repository BIGINT NOT NULL,
    sha        TEXT NOT NULL,
    conclusion TEXT NOT NULL, -- empty while only begun
    runs       TEXT NOT NULL, -- JSON: check name -> {"id", "concluded", "digest"}
    concluded  BOOLEAN NOT NULL, -- there is a conclusion and no run is left open
    at         BIGINT NOT NULL,
    PRIMARY KEY (repository, sha)
);

CREATE TABLE facts (
    blob    TEXT NOT NULL,
    reader  TEXT NOT NULL,
    version BIGINT NOT NULL,
    data    BLOB NOT NULL,
    stored  BIGINT NOT NULL,
    PRIMARY KEY (blob, reader, version)
);
CREATE INDEX facts_stored ON facts (stored);

CREATE TABLE trees (
    repository BIGINT NOT NULL,
    tree       TEXT NOT NULL,
    data       BLOB NOT NULL,
    stored     BIGINT NOT NULL,
    PRIMARY KEY (repository, tree)
);

-- The last tree that was read of each branch.
CREATE TABLE bases (
    repository BIGINT NOT NULL,
    ref        TEXT NOT NULL,
    tip        TEXT NOT NULL, -- commit id
    tree       TEXT NOT NULL,
    PRIMARY KEY (repository, ref)
);
