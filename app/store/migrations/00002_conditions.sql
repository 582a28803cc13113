-- What the app must know to work under real conditions: who may be asked, who pushed
-- and said what, what a verdict hangs on, what branches require.

-- +goose Up
CREATE TABLE installations (
    id      BIGINT PRIMARY KEY,
    owner   TEXT NOT NULL,
    access  TEXT NOT NULL, -- active, suspended, removed
    changed BIGINT NOT NULL, -- when the row was written last
    policy  BLOB -- the last valid policy that the organisation had for all its repositories
);
INSERT INTO installations (id, owner, access, changed)
    SELECT installation, MAX(owner), 'active', 0 FROM repositories GROUP BY installation;

ALTER TABLE repositories ADD COLUMN default_branch TEXT NOT NULL DEFAULT ''; -- empty: not known, or none
ALTER TABLE repositories ADD COLUMN archived BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE repositories ADD COLUMN gone BIGINT NOT NULL DEFAULT 0; -- since when the installation may not see it
ALTER TABLE repositories ADD COLUMN changed BIGINT NOT NULL DEFAULT 0; -- when name, owner, installation or gone were told last
CREATE INDEX repositories_installation ON repositories (installation);

-- The repositories in which anything can be read and written.
CREATE VIEW watched AS
    SELECT r.id AS repository, r.installation FROM repositories r
    WHERE r.gone = 0 AND NOT r.archived
      AND NOT EXISTS (SELECT 1 FROM installations i WHERE i.id = r.installation AND i.access <> 'active');

-- The heads that somebody waits for.
CREATE VIEW open_heads AS
    SELECT p.repository, w.installation, p.head AS sha FROM pulls p JOIN watched w ON w.repository = p.repository WHERE p.open
    UNION
    SELECT g.repository, w.installation, g.head FROM merge_groups g JOIN watched w ON w.repository = g.repository WHERE g.open;

ALTER TABLE pulls ADD COLUMN comment BIGINT NOT NULL DEFAULT 0; -- id of the app's own; 0: none is known
ALTER TABLE pulls ADD COLUMN commenting BOOLEAN NOT NULL DEFAULT FALSE; -- one was to be written, and its id is not known
ALTER TABLE work ADD COLUMN failed BIGINT NOT NULL DEFAULT 0; -- attempts since the last success that failed by their own fault
ALTER TABLE bases ADD COLUMN pushed TEXT NOT NULL DEFAULT ''; -- the tip that the last push told of
ALTER TABLE bases ADD COLUMN policy BLOB; -- the branch's last valid policy file

CREATE INDEX pulls_base ON pulls (repository, base_ref, head) WHERE open;
CREATE INDEX pull_heads_number ON pull_heads (repository, number, sha);

-- Who pushed a commit: no API tells it afterwards.
CREATE TABLE pushes (
    repository BIGINT NOT NULL,
    sha        TEXT NOT NULL,
    sender     TEXT NOT NULL, -- login
    sender_id  BIGINT NOT NULL, -- of the account: logins change; 0: not told
    ref        TEXT NOT NULL, -- branch name; empty where a pull request told of it
    at         BIGINT NOT NULL,
    PRIMARY KEY (repository, sha, sender, ref)
);

-- Comments with a command, as far as a delivery tells of them.
CREATE TABLE voices (
    repository BIGINT NOT NULL,
    comment    BIGINT NOT NULL,
    pull       BIGINT NOT NULL,
    command    TEXT NOT NULL, -- accept, recheck
    at         BIGINT NOT NULL,
    answered   BIGINT NOT NULL, -- when somebody looked at it
    PRIMARY KEY (repository, comment)
);
CREATE INDEX voices_pull ON voices (repository, pull);

-- Every yes that counted when it was recorded.
CREATE TABLE approvals (
    repository BIGINT NOT NULL,
    kind       TEXT NOT NULL, -- review, accept
    id         BIGINT NOT NULL, -- of the review or the comment
    rule       TEXT NOT NULL,
    key        TEXT NOT NULL, -- of the question
    pull       BIGINT NOT NULL,
    files      TEXT NOT NULL, -- JSON: [{"path", "blob"}]
    person     TEXT NOT NULL, -- login
    person_id  BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (repository, kind, id, rule, key)
);
CREATE INDEX approvals_pull ON approvals (repository, pull);

-- When a question was told on a head for the first time.
CREATE TABLE told (
    repository BIGINT NOT NULL,
    sha        TEXT NOT NULL,
    rule       TEXT NOT NULL,
    key        TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (repository, sha, rule, key)
);

-- Of an older verdict it is not known what it hangs on: on everything.
ALTER TABLE verdicts ADD COLUMN bases TEXT NOT NULL DEFAULT 'null'; -- JSON: branch names
ALTER TABLE verdicts ADD COLUMN hangs TEXT NOT NULL DEFAULT 'null'; -- JSON: paths
ALTER TABLE verdicts ADD COLUMN any_path BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE verdicts ADD COLUMN deployed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE verdicts ADD COLUMN revisit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verdicts ADD COLUMN rests BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE verdicts ADD COLUMN asked TEXT NOT NULL DEFAULT 'null'; -- JSON: [{"Rule", "Key"}]
CREATE INDEX verdicts_revisit ON verdicts (revisit) WHERE revisit > 0;
CREATE INDEX verdicts_begun ON verdicts (repository, sha) WHERE NOT concluded;

CREATE TABLE enforcement (
    repository BIGINT PRIMARY KEY,
    state      TEXT NOT NULL, -- JSON
    checked    BIGINT NOT NULL
);

CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);

ALTER TABLE work ADD COLUMN repository BIGINT NOT NULL DEFAULT 0; -- whose work it is; 0: no repository's
UPDATE work SET repository = COALESCE((SELECT r.id FROM repositories r WHERE work.key LIKE 'head:' || r.id || '@%'), 0)
    WHERE kind = 'head';
CREATE INDEX work_repository ON work (repository, kind) WHERE want > done;
-- Beside the time stands what Claim leaves out, so that it need not open such rows.
DROP INDEX work_due;
CREATE INDEX work_due ON work (next, kind, lease) WHERE want > done AND NOT parked;
