-- What the guard of deletions must know after a restart. An upstream is the address of
-- the registry; a package is owner/name in small letters.

-- +goose Up
CREATE TABLE manifests (
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    kind     TEXT NOT NULL, -- image, index
    children TEXT NOT NULL, -- JSON: [{"d", "k", "l"}]: digest, kind, label
    subject  TEXT NOT NULL, -- digest; empty: none
    artifact TEXT NOT NULL,
    empty    BOOLEAN NOT NULL,
    PRIMARY KEY (upstream, package, digest)
) WITHOUT ROWID;

-- The journal. Rows are added and never changed.
CREATE TABLE decisions (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       BIGINT NOT NULL,
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    event    TEXT NOT NULL,
    code     TEXT NOT NULL,
    version  BIGINT NOT NULL, -- GitHub's id; 0: none
    digest   TEXT NOT NULL,
    tags     TEXT NOT NULL, -- JSON: [tag]
    who      TEXT NOT NULL, -- a login, or a salted hash of the credential
    did      TEXT NOT NULL,
    why      TEXT NOT NULL,
    intent   BIGINT NOT NULL -- what it is about; 0: none
);
CREATE INDEX decisions_package ON decisions (package, at);
CREATE INDEX decisions_at ON decisions (at);

-- Deletions that were forwarded, or were about to be.
CREATE TABLE intents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         BIGINT NOT NULL,
    upstream   TEXT NOT NULL,
    package    TEXT NOT NULL,
    version    BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    tag        TEXT NOT NULL, -- only this tag was to go; empty: the manifest
    tags       TEXT NOT NULL, -- JSON: [tag]
    who        TEXT NOT NULL,
    did        TEXT NOT NULL,
    outcome    TEXT NOT NULL, -- empty: open; deleted, kept, restored
    content    BLOB, -- the manifest, where the registry itself cannot restore it
    media_type TEXT NOT NULL
);
CREATE INDEX intents_package ON intents (upstream, package, outcome, at);

-- The hour that the brake counts in.
CREATE TABLE brakes (
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    began    BIGINT NOT NULL,
    versions BIGINT NOT NULL, -- that the package had then
    deleted  BIGINT NOT NULL, -- since then
    PRIMARY KEY (upstream, package)
);

-- Where each tag pointed when it was seen last.
CREATE TABLE seen_tags (
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    tag      TEXT NOT NULL,
    digest   TEXT NOT NULL,
    PRIMARY KEY (upstream, package, tag)
) WITHOUT ROWID;

-- When a manifest got or lost a tag.
CREATE TABLE touched (
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (upstream, package, digest)
) WITHOUT ROWID;

-- When a manifest was seen first, where nothing else tells its age.
CREATE TABLE first_sights (
    upstream TEXT NOT NULL,
    package  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (upstream, package, digest)
) WITHOUT ROWID;

CREATE TABLE salts (
    name TEXT PRIMARY KEY,
    salt BLOB NOT NULL
);
